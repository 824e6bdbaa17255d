/*-------------------------------------------------------------------------
 *
 * access_log.h
 *	  one line for each request
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ACCESS_LOG_H
#define HC_ACCESS_LOG_H

#include <stdio.h>

#include "http/request.h"

extern FILE *access_log_open(const char *path, Error *err);
extern void access_log_write(FILE *log, const Request *request);

#endif							/* HC_ACCESS_LOG_H */

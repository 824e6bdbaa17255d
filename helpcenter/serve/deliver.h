/*-------------------------------------------------------------------------
 *
 * deliver.h
 *	  putting a reply on the wire, whole or as a fault demands
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_DELIVER_H
#define HC_DELIVER_H

#include "http/reply.h"
#include "http/request.h"

extern enum MHD_Result deliver(Request *request, Reply *reply);

#endif							/* HC_DELIVER_H */

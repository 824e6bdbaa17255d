/*-------------------------------------------------------------------------
 *
 * server_stand_ins.h
 *		The few functions of the server that the rules for tokens call, for a
 *		program that has no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SERVER_STAND_INS_H
#define HCJWT_SERVER_STAND_INS_H

/* What GetDatabaseEncoding() says. */
extern int	stand_in_encoding;

#endif							/* HCJWT_SERVER_STAND_INS_H */

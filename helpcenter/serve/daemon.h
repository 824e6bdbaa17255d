/*-------------------------------------------------------------------------
 *
 * daemon.h
 *	  the HTTP server: libmicrohttpd, its certificate and its connections
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_DAEMON_H
#define HC_DAEMON_H

#include "serve/server.h"

extern bool daemon_start(Server *server, Error *err);
extern void daemon_stop(Server *server);

/* For the event loop */
extern void daemon_accept(Server *server);
extern void daemon_note_open(Server *server);
extern int	daemon_connections(const Server *server);

/* For control commands */
extern bool daemon_set_certificate(Server *server, CertKind kind,
								   Error *err);
extern bool daemon_hosts_changed(Server *server, Error *err);
extern void daemon_faults_changed(Server *server);

#endif							/* HC_DAEMON_H */

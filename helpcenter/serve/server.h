/*-------------------------------------------------------------------------
 *
 * server.h
 *	  the running stand-in: its state, from start to end
 *
 * One thread does everything: libmicrohttpd runs inside our loop, so that
 * nothing here needs a lock.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SERVER_H
#define HC_SERVER_H

#include <stdio.h>

#include "account/help_center.h"
#include "faults/faults.h"
#include "http/request.h"
#include "serve/certs.h"
#include "serve/listener.h"

/* Well below FD_SETSIZE, which libmicrohttpd's fd_sets hold. */
#define SERVER_MAX_CONNECTIONS 900

typedef struct Stats
{
	int64_t		requests[EP_COUNT];
	int			in_flight[EP_COUNT];
	int			max_in_flight[EP_COUNT];
	int64_t		not_modified;
	int64_t		accepted;		/* connections */
	int			max_open;
} Stats;

/* What "helpcenterd serve" was started with. */
typedef struct Options
{
	HelpCenter	center;			/* its settings at the start */
	const char *data;
	const char *users;
	int64_t		port;
	const char *address;
	const char *port_file;
	StringList	hostnames;
	const char *origin;
	bool		no_origin;
	int64_t		session_life;
	int64_t		key_bits;
	int64_t		keys;
	StringList	brands;
	bool		sandbox;
	StringList	seen;
	const char *control;
	const char *access_log;
	const char *ca_out;
	CertKind	certificate;
	StringList	faults;
} Options;

typedef struct Server
{
	const Options *options;
	HelpCenter	center;
	TestCA		ca;
	CertKind	certificate;
	Faults		faults;
	unsigned int faults_cleared;	/* as of the last change seen */
	Stats		stats;
	FILE	   *access_log;
	Listener	listener;
	int			lock_fd;
	struct MHD_Daemon *daemon;
	Request    *held;			/* suspended connections */
	bool		stopping;
} Server;

/* An error in these ends the program. */
extern void server_set_up(Server *server, const Options *options);
extern void server_listen(Server *server);
extern void server_tear_down(Server *server);

#endif							/* HC_SERVER_H */

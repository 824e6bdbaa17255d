/*-------------------------------------------------------------------------
 *
 * server.h
 *	  the running stand-in: its state, from start to end
 *
 * One thread does everything: libmicrohttpd runs inside our loop, so that
 * nothing here needs a lock.
 *
 * IDENTIFICATION
 *	  helpcenter/serve/server.h
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

/* A growing list of strings that belong to argv. */
typedef struct StringList
{
	char	  **items;
	int			count;
} StringList;

typedef struct Options
{
	const char *data;
	const char *users;
	int			port;
	const char *address;
	bool		tls;
	const char *port_file;
	StringList	hostnames;
	const char *origin;
	bool		no_origin;
	int64_t		token_life;
	int64_t		session_life;
	int			key_bits;
	int			keys;
	StringList	brands;
	bool		sandbox;
	bool		team_plan;
	bool		passwords;
	bool		api_tokens;
	StringList	seen;
	bool		etag;
	const char *cache_control;
	const char *control;
	const char *access_log;
	const char *ca_out;
	const char *api_url;
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

/* What goes wrong here ends the program. */
extern void server_set_up(Server *server, const Options *options);
extern void server_listen(Server *server);
extern void server_tear_down(Server *server);

#endif							/* HC_SERVER_H */

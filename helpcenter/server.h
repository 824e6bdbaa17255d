/*-------------------------------------------------------------------------
 *
 * server.h
 *	  the running stand-in: its state, from start to end
 *
 * One thread does everything: libmicrohttpd runs inside our loop, so that
 * nothing here needs a lock.
 *
 * IDENTIFICATION
 *	  helpcenter/server.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SERVER_H
#define HC_SERVER_H

#include <stdio.h>

#include "brands.h"
#include "certs.h"
#include "faults.h"
#include "http.h"
#include "keystore.h"
#include "listener.h"
#include "options.h"
#include "seen.h"
#include "session.h"
#include "users.h"

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

typedef struct Server
{
	const Options *options;
	int64_t		account_id;
	KeyStore	keys;
	Users		users;
	Brands		brands;
	Sessions	sessions;
	TestCA		ca;
	Faults		faults;
	unsigned int faults_cleared;	/* as of the last change seen */
	Stats		stats;
	FILE	   *access_log;

	/* what control commands change */
	int64_t		token_life;
	bool		team_plan;
	char	   *cache_control;	/* NULL: no such header */
	CertKind	certificate;
	bool		passwords;		/* the API takes them */
	bool		api_tokens;		/* likewise */
	bool		seen[SEEN_COUNT];

	char	   *base_url;
	Listener	listener;
	int			lock_fd;
	struct MHD_Daemon *daemon;
	Request    *held;			/* suspended connections */
	bool		stopping;
} Server;

extern int	server_main(const Options *options);

/* For the event loop */
extern void server_accept(Server *server);
extern void server_note_open(Server *server);

/* For control commands */
extern bool server_set_certificate(Server *server, CertKind kind,
								   Error *err);
extern bool server_hosts_changed(Server *server, Error *err);
extern bool server_save_origin(Server *server, Error *err);
extern void server_faults_changed(Server *server);
extern int	server_connections(const Server *server);

#endif							/* HC_SERVER_H */

/*-------------------------------------------------------------------------
 *
 * daemon.c
 *	  the HTTP server: libmicrohttpd, its certificate and its connections
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/daemon.h"
#include "serve/hold.h"
#include "serve/requests.h"

#define IDLE_TIMEOUT_SECONDS 60
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/*
 * Makes a certificate for every host that leads to this server.  It also names
 * the hosts that a brand had before: Zendesk's certificate names every
 * subdomain.
 */
static bool
issue_certificate(const Server *server, char **cert, char **key, Error *err)
{
	const StringList *extra = &server->options->hostnames;
	const Brands *brands = &server->center.brands;
	char	  **names = xalloc((extra->count + 2 * brands->count +
								brands->ngone) * sizeof(char *));
	int			count = 0;
	bool		ok;

	for (int i = 0; i < extra->count; i++)
		names[count++] = extra->items[i];
	for (int i = 0; i < brands->count; i++)
	{
		const Brand *brand = &brands->list[i];

		if (brand->host)
			names[count++] = brand->host;
		if (brand->mapped_host)
			names[count++] = brand->mapped_host;
	}
	for (int i = 0; i < brands->ngone; i++)
		names[count++] = brands->gone[i];
	ok = ca_issue(&server->ca, server->certificate, names, count, cert, key,
				  err);
	free(names);
	return ok;
}

static struct MHD_Daemon *
start(Server *server, Error *err)
{
	unsigned int flags = MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, NULL},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *) TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL}
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	struct MHD_Daemon *daemon;
	const Options *options = server->options;
	char	   *cert = NULL;
	char	   *key = NULL;

	if (options->center.tls)
	{
		if (!issue_certificate(server, &cert, &key, err))
			return NULL;
		tls[0].ptr_value = cert;
		tls[1].ptr_value = key;
		flags |= MHD_USE_TLS;
	}
	daemon = MHD_start_daemon(flags, 0, NULL, NULL,
							  request_handle, server,
							  MHD_OPTION_URI_LOG_CALLBACK, request_begin, server,
							  MHD_OPTION_NOTIFY_COMPLETED, request_end, server,
							  MHD_OPTION_CONNECTION_LIMIT,
							  (unsigned int) SERVER_MAX_CONNECTIONS,
							  MHD_OPTION_CONNECTION_TIMEOUT,
							  (unsigned int) IDLE_TIMEOUT_SECONDS,
							  MHD_OPTION_ARRAY, options->center.tls ? tls : none,
							  MHD_OPTION_END);
	free(cert);
	free(key);
	if (daemon == NULL)
		fail(err, "could not start the HTTP server");
	return daemon;
}

void
daemon_stop(Server *server)
{
	hold_end_all(server);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
}

bool
daemon_start(Server *server, Error *err)
{
	server->daemon = start(server, err);
	return server->daemon != NULL;
}

/* Issues a new certificate after the server's hosts have changed. */
bool
daemon_hosts_changed(Server *server, Error *err)
{
	return !server->center.tls ||
		daemon_set_certificate(server, server->certificate, err);
}

/*
 * libmicrohttpd takes a certificate only when it starts, so this starts
 * another instance of it.  The listening socket is ours and stays open, so no
 * client is refused meanwhile.
 */
bool
daemon_set_certificate(Server *server, CertKind kind, Error *err)
{
	CertKind	old = server->certificate;
	struct MHD_Daemon *daemon;

	if (!server->center.tls)
		return fail(err, "the server speaks plain http");
	server->certificate = kind;
	daemon = start(server, err);
	if (daemon == NULL)
	{
		server->certificate = old;
		return false;
	}
	daemon_stop(server);
	server->daemon = daemon;
	return true;
}

int
daemon_connections(const Server *server)
{
	return (int) MHD_get_daemon_info(server->daemon,
									 MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		->num_connections + server->listener.nsilent;
}

/* On failure, libmicrohttpd closes the descriptor. */
static void
hand_over(Server *server, int fd)
{
	struct sockaddr_storage address;
	socklen_t	len = sizeof(address);

	if (getpeername(fd, (struct sockaddr *) &address, &len) != 0)
		close(fd);				/* the client has gone already */
	else
		MHD_add_connection(server->daemon, fd, (struct sockaddr *) &address,
						   len);
}

/*
 * Also called after libmicrohttpd has run, because it may count a new
 * connection then.
 */
void
daemon_note_open(Server *server)
{
	int			open = daemon_connections(server);

	if (open > server->stats.max_open)
		server->stats.max_open = open;
}

void
daemon_accept(Server *server)
{
	while (daemon_connections(server) < SERVER_MAX_CONNECTIONS)
	{
		int			fd = listener_accept(&server->listener);

		if (fd < 0)
			return;
		server->stats.accepted++;
		if (faults_take(&server->faults, FAULT_STALL_HANDSHAKE))
			listener_keep_silent(&server->listener, fd);
		else
			hand_over(server, fd);
		daemon_note_open(server);
	}
}

/* Applies the faults in force to connections and to requests that are held. */
void
daemon_faults_changed(Server *server)
{
	int			fd;

	hold_release(server);
	if (!faults_active(&server->faults, FAULT_STALL_HANDSHAKE) &&
		server->faults.cleared[EP_OTHER] != server->faults_cleared)
		while ((fd = listener_take_silent(&server->listener)) >= 0)
			hand_over(server, fd);
	server->faults_cleared = server->faults.cleared[EP_OTHER];
	if (!faults_active(&server->faults, FAULT_STALL_CONNECT))
		listener_unblock(&server->listener);
	else if (!server->listener.blocked)
	{
		/* Accept the clients that were in the queue before the fault. */
		daemon_accept(server);
		listener_block(&server->listener);
	}
}

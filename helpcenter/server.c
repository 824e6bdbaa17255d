/*-------------------------------------------------------------------------
 *
 * server.c
 *	  the running stand-in: its state, from start to end
 *
 * IDENTIFICATION
 *	  helpcenter/server.c
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access_log.h"
#include "control.h"
#include "hold.h"
#include "loop.h"
#include "server.h"

#define IDLE_TIMEOUT_SECONDS 60
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* As in the vendor's examples; a sandbox is an account of its own. */
#define ACCOUNT_ID 998
#define FIRST_BRAND_ID 10001
#define SANDBOX_ACCOUNT_ID 999
#define SANDBOX_FIRST_BRAND_ID 20001

/*
 * A certificate for all hosts by which the server may be called: those that were
 * a brand's too, as Zendesk's is for every subdomain.
 */
static bool
issue_certificate(const Server *server, char **cert, char **key, Error *err)
{
	const StringList *extra = &server->options->hostnames;
	const Brands *brands = &server->brands;
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
start_daemon(Server *server, Error *err)
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

	if (options->tls)
	{
		if (!issue_certificate(server, &cert, &key, err))
			return NULL;
		tls[0].ptr_value = cert;
		tls[1].ptr_value = key;
		flags |= MHD_USE_TLS;
	}
	daemon = MHD_start_daemon(flags, 0, NULL, NULL,
							  http_handle, server,
							  MHD_OPTION_URI_LOG_CALLBACK, http_begin, server,
							  MHD_OPTION_NOTIFY_COMPLETED, http_end, server,
							  MHD_OPTION_CONNECTION_LIMIT,
							  (unsigned int) SERVER_MAX_CONNECTIONS,
							  MHD_OPTION_CONNECTION_TIMEOUT,
							  (unsigned int) IDLE_TIMEOUT_SECONDS,
							  MHD_OPTION_ARRAY, options->tls ? tls : none,
							  MHD_OPTION_END);
	free(cert);
	free(key);
	if (daemon == NULL)
		fail(err, "could not start the HTTP server");
	return daemon;
}

static void
stop_daemon(Server *server)
{
	hold_end_all(server);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
}

/* After a change of the hosts by which the server may be called. */
bool
server_hosts_changed(Server *server, Error *err)
{
	return !server->options->tls ||
		server_set_certificate(server, server->certificate, err);
}

/*
 * The new certificate needs a new TLS daemon.  The listening socket is ours
 * and stays, so that no client is refused meanwhile.
 */
bool
server_set_certificate(Server *server, CertKind kind, Error *err)
{
	CertKind	old = server->certificate;
	struct MHD_Daemon *daemon;

	if (!server->options->tls)
		return fail(err, "the server speaks plain http");
	server->certificate = kind;
	daemon = start_daemon(server, err);
	if (daemon == NULL)
	{
		server->certificate = old;
		return false;
	}
	stop_daemon(server);
	server->daemon = daemon;
	return true;
}

/* "helpcenterd sign" puts this origin into the tokens that it makes. */
bool
server_save_origin(Server *server, Error *err)
{
	char	   *path = xprintf("%s/origin", server->options->data);
	const char *origin = server->brands.list[0].origin;
	bool		ok;

	if (origin == NULL)
		origin = "";
	ok = file_write(path, origin, strlen(origin), 0600, err);

	free(path);
	return ok;
}

int
server_connections(const Server *server)
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

/* libmicrohttpd may count a connection that it was given only once it runs. */
void
server_note_open(Server *server)
{
	int			open = server_connections(server);

	if (open > server->stats.max_open)
		server->stats.max_open = open;
}

void
server_accept(Server *server)
{
	while (server_connections(server) < SERVER_MAX_CONNECTIONS)
	{
		int			fd = listener_accept(&server->listener);

		if (fd < 0)
			return;
		server->stats.accepted++;
		if (faults_take(&server->faults, FAULT_STALL_HANDSHAKE))
			listener_keep_silent(&server->listener, fd);
		else
			hand_over(server, fd);
		server_note_open(server);
	}
}

/* Makes what faults do to connections and held requests come true. */
void
server_faults_changed(Server *server)
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
		/* Who is in the queue already comes before the fault. */
		server_accept(server);
		listener_block(&server->listener);
	}
}

static int
block_signals(void)
{
	sigset_t	set;
	int			fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		fatal("could not wait for signals: %s", strerror(errno));
	return fd;
}

static void
check(bool ok, const Error *err)
{
	if (!ok)
		fatal("%s", err->text);
}

static void
write_port_file(const char *path, int port)
{
	char	   *text = xprintf("%d\n", port);
	Error		err;

	check(file_write(path, text, strlen(text), 0644, &err), &err);
	free(text);
}

/* Everything that can fail is done before the line that says "ready". */
static void
set_up(Server *server, const Options *options)
{
	Error		err;

	server->options = options;
	server->token_life = options->token_life;
	server->team_plan = options->team_plan;
	server->certificate = options->certificate;
	server->passwords = options->passwords;
	server->api_tokens = options->api_tokens;
	server->account_id = options->sandbox ? SANDBOX_ACCOUNT_ID : ACCOUNT_ID;
	for (int i = 0; i < options->seen.count; i++)
		check(seen_set(server->seen, options->seen.items[i], true, &err),
			  &err);
	if (options->cache_control)
		server->cache_control = xstrdup(options->cache_control);
	sessions_init(&server->sessions, options->session_life);
	server->lock_fd = keystore_lock(options->data, &err);
	check(server->lock_fd >= 0, &err);
	check(keystore_open(&server->keys, options->data, &err), &err);
	if (options->users)
		check(users_load(&server->users, options->users, options->sandbox,
						 &err), &err);
	while (keystore_listed(&server->keys) < options->keys)
		check(keystore_publish(&server->keys, options->key_bits, &err), &err);
	check(ca_open(&server->ca, options->data, &err), &err);
	if (options->ca_out)
		check(file_write(options->ca_out, server->ca.pem,
						 strlen(server->ca.pem), 0644, &err), &err);
	if (options->access_log)
	{
		server->access_log = access_log_open(options->access_log, &err);
		check(server->access_log != NULL, &err);
	}
	for (int i = 0; i < options->faults.count; i++)
		check(faults_add(&server->faults, options->faults.items[i], &err),
			  &err);
}

/* HOST, or HOST=MAPPED_HOST */
static void
add_brand(Server *server, const char *spec)
{
	char	   *host = xstrdup(spec);
	char	   *mapped_host = strchr(host, '=');
	Error		err;

	if (mapped_host)
		*mapped_host++ = '\0';
	check(brands_add(&server->brands, host, mapped_host, server->base_url,
					 &err), &err);
	free(host);
}

/* Each brand has the port, so there can be none before we listen. */
static void
set_up_brands(Server *server)
{
	const Options *options = server->options;
	const Claims *claims = &server->users.claims;

	brands_init(&server->brands, options->sandbox ? SANDBOX_FIRST_BRAND_ID :
				FIRST_BRAND_ID);
	if (!options->no_origin)
		server->brands.list[0].origin =
			xstrdup(options->origin ? options->origin : server->base_url);
	for (int i = 0; i < options->brands.count; i++)
		add_brand(server, options->brands.items[i]);
	for (int i = 0; i < claims->count; i++)
		if (claims->list[i].brand &&
			!brands_by_own_host(&server->brands, claims->list[i].brand))
			fatal("\"%s\": custom_claims[%d]: there is no brand at \"%s\"",
				  options->users, i, claims->list[i].brand);
}

static void
start_listening(Server *server)
{
	const Options *options = server->options;
	Listener   *listener = &server->listener;
	Error		err;

	check(listener_open(listener, options->address, options->port, &err),
		  &err);
	server->base_url = xprintf("%s://%s:%d",
							   options->tls ? "https" : "http",
							   listener->address.host, listener->port);
	set_up_brands(server);
	check(server_save_origin(server, &err), &err);
	server->daemon = start_daemon(server, &err);
	check(server->daemon != NULL, &err);
	if (options->port_file)
		write_port_file(options->port_file, listener->port);
	server_faults_changed(server);
}

static void
tear_down(Server *server)
{
	stop_daemon(server);
	listener_close(&server->listener);
	faults_free(&server->faults);
	if (server->access_log)
		fclose(server->access_log);
	sessions_free(&server->sessions);
	users_free(&server->users);
	keystore_close(&server->keys);
	ca_close(&server->ca);
	free(server->cache_control);
	brands_free(&server->brands);
	free(server->base_url);
	close(server->lock_fd);
}

int
server_main(const Options *options)
{
	Server		server = {0};
	Control		control;
	char	   *control_path;
	Error		err;
	int			signal_fd;

	set_up(&server, options);
	signal_fd = block_signals();
	control_path = options->control ? xstrdup(options->control) :
		xprintf("%s/control", options->data);
	check(control_open(&control, control_path, &err), &err);
	start_listening(&server);
	printf("listening on %s\n", server.base_url);
	if (fflush(stdout) != 0)
		fatal("could not write to standard output");
	loop_run(&server, &control, signal_fd);
	control_close(&control);
	tear_down(&server);
	free(control_path);
	close(signal_fd);
	return 0;
}

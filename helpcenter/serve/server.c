/*-------------------------------------------------------------------------
 *
 * server.c
 *	  the running stand-in: its state, from start to end
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/access_log.h"
#include "serve/server.h"

/* As in the vendor's examples; a sandbox is an account of its own. */
#define ACCOUNT_ID 998
#define FIRST_BRAND_ID 10001
#define SANDBOX_ACCOUNT_ID 999
#define SANDBOX_FIRST_BRAND_ID 20001

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
void
server_set_up(Server *server, const Options *options)
{
	HelpCenter *center = &server->center;
	Error		err;

	server->options = options;
	*center = options->center;
	server->certificate = options->certificate;
	center->account_id = options->sandbox ? SANDBOX_ACCOUNT_ID : ACCOUNT_ID;
	for (int i = 0; i < options->seen.count; i++)
		check(seen_set(center->seen, options->seen.items[i], true, &err),
			  &err);
	if (center->cache_control)
		center->cache_control = xstrdup(center->cache_control);
	sessions_init(&center->sessions, options->session_life);
	server->lock_fd = keystore_lock(options->data, &err);
	check(server->lock_fd >= 0, &err);
	check(keystore_open(&center->keys, options->data, &err), &err);
	if (options->users)
		check(users_load(&center->users, options->users, options->sandbox,
						 &err), &err);
	while (keystore_listed(&center->keys) < options->keys)
		check(keystore_publish(&center->keys, (int) options->key_bits,
							   &err), &err);
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
add_brand(HelpCenter *center, const char *spec)
{
	char	   *host = xstrdup(spec);
	char	   *mapped_host = strchr(host, '=');
	Error		err;

	if (mapped_host)
		*mapped_host++ = '\0';
	check(brands_add(&center->brands, host, mapped_host, center->base_url,
					 &err), &err);
	free(host);
}

/* Brands are made once we listen, because their origins name the port. */
static void
set_up_brands(HelpCenter *center, const Options *options)
{
	const Claims *claims = &center->users.claims;

	brands_init(&center->brands, options->sandbox ? SANDBOX_FIRST_BRAND_ID :
				FIRST_BRAND_ID);
	if (!options->no_origin)
		center->brands.list[0].origin =
			xstrdup(options->origin ? options->origin : center->base_url);
	for (int i = 0; i < options->brands.count; i++)
		add_brand(center, options->brands.items[i]);
	for (int i = 0; i < claims->count; i++)
		if (claims->list[i].brand &&
			!brands_by_own_host(&center->brands, claims->list[i].brand))
			fatal("\"%s\": custom_claims[%d]: there is no brand at \"%s\"",
				  options->users, i, claims->list[i].brand);
}

void
server_listen(Server *server)
{
	const Options *options = server->options;
	HelpCenter *center = &server->center;
	Listener   *listener = &server->listener;
	Error		err;

	check(listener_open(listener, options->address, (int) options->port,
						&err),
		  &err);
	center->base_url = xprintf("%s://%s:%d",
							   options->center.tls ? "https" : "http",
							   listener->address.host, listener->port);
	set_up_brands(center, options);
	check(help_center_save_origin(center, &err), &err);
	if (options->port_file)
		write_port_file(options->port_file, listener->port);
}

void
server_tear_down(Server *server)
{
	listener_close(&server->listener);
	faults_free(&server->faults);
	if (server->access_log)
		fclose(server->access_log);
	ca_close(&server->ca);
	help_center_free(&server->center);
	close(server->lock_fd);
}

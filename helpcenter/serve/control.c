/*-------------------------------------------------------------------------
 *
 * control.c
 *	  the control socket: one line in, one line out
 *
 * A client sends a command and a newline.  The answer is one line: "ok",
 * followed by a space and what the command returns if it returns anything,
 * or "error" and why.  More commands may follow on the same connection.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/commands.h"
#include "serve/control.h"

bool
control_address(const char *path, struct sockaddr_un *address, Error *err)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return fail(err, "the control socket's path \"%s\" is longer than "
					"%zu bytes", path, sizeof(address->sun_path) - 1);
	strcpy(address->sun_path, path);
	return true;
}

/* A socket that nobody listens on any more is left from an earlier run. */
static bool
remove_stale(const struct sockaddr_un *address, Error *err)
{
	struct stat st;
	int			fd;
	bool		alive;

	if (lstat(address->sun_path, &st) != 0)
		return true;
	if (!S_ISSOCK(st.st_mode))
		return fail(err, "\"%s\" is there and is not a socket",
					address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	alive = connect(fd, (const struct sockaddr *) address,
					sizeof(*address)) == 0;
	close(fd);
	if (alive)
		return fail(err, "another server listens on \"%s\"",
					address->sun_path);
	unlink(address->sun_path);
	return true;
}

bool
control_open(Control *control, const char *path, Error *err)
{
	struct sockaddr_un address;
	mode_t		mask;
	bool		ok;

	memset(control, 0, sizeof(*control));
	control->fd = -1;
	if (!control_address(path, &address, err) ||
		!remove_stale(&address, err))
		return false;
	control->fd = socket(AF_UNIX,
						 SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mask = umask(0177);
	ok = control->fd >= 0 &&
		bind(control->fd, (struct sockaddr *) &address,
			 sizeof(address)) == 0;
	umask(mask);
	if (ok)
		control->path = xstrdup(path);
	if (!ok || listen(control->fd, CONTROL_MAX_CLIENTS) != 0)
	{
		fail(err, "could not listen on \"%s\": %s", path, strerror(errno));
		control_close(control);
		return false;
	}
	return true;
}

static void
client_close(ControlClient *client)
{
	close(client->fd);
	buf_free(&client->in);
	buf_free(&client->out);
}

void
control_close(Control *control)
{
	for (int i = 0; i < control->nclients; i++)
		client_close(&control->clients[i]);
	control->nclients = 0;
	if (control->fd >= 0)
		close(control->fd);
	if (control->path)
		unlink(control->path);
	free(control->path);
	control->path = NULL;
	control->fd = -1;
}

/* Returns how many it added: at most CONTROL_MAX_CLIENTS + 1. */
int
control_add_pollfds(const Control *control, struct pollfd *fds)
{
	int			n = 0;

	for (int i = 0; i < control->nclients; i++)
	{
		const ControlClient *client = &control->clients[i];

		fds[n++] = watch(client->fd,
						 client->out.len > client->sent ? POLLOUT : POLLIN);
	}
	if (control->nclients < CONTROL_MAX_CLIENTS)
		fds[n++] = watch(control->fd, POLLIN);
	return n;
}

/* Runs the commands whose lines are complete; false to hang up. */
static bool
client_run(ControlClient *client, Server *server)
{
	char	   *newline;

	while (client->in.len > 0 &&
		   (newline = memchr(client->in.data, '\n', client->in.len)) != NULL)
	{
		size_t		used = newline + 1 - client->in.data;

		*newline = '\0';
		command_run(server, client->in.data, &client->out);
		buf_str(&client->out, "\n");
		client->in.len -= used;
		memmove(client->in.data, newline + 1, client->in.len);
	}
	return client->in.len <= CONTROL_LINE_LIMIT;
}

static bool
client_send(ControlClient *client)
{
	ssize_t		done;

	while (client->sent < client->out.len)
	{
		done = send(client->fd, client->out.data + client->sent,
					client->out.len - client->sent, MSG_NOSIGNAL);
		if (done < 0)
			return errno == EAGAIN || errno == EINTR;
		client->sent += done;
	}
	client->sent = 0;
	buf_reset(&client->out);
	return true;
}

static bool
client_handle(ControlClient *client, Server *server, short events)
{
	char		chunk[4096];
	ssize_t		got;

	if (events & POLLOUT)
		return client_send(client);
	if ((events & (POLLIN | POLLHUP | POLLERR)) == 0)
		return true;
	got = recv(client->fd, chunk, sizeof(chunk), 0);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	if (got == 0)
		return false;
	buf_add(&client->in, chunk, got);
	return client_run(client, server) && client_send(client);
}

static void
accept_clients(Control *control)
{
	while (control->nclients < CONTROL_MAX_CLIENTS)
	{
		int			fd = accept4(control->fd, NULL, NULL,
								 SOCK_NONBLOCK | SOCK_CLOEXEC);
		ControlClient *client;

		if (fd < 0)
			return;
		client = &control->clients[control->nclients++];
		memset(client, 0, sizeof(*client));
		client->fd = fd;
	}
}

void
control_handle(Control *control, Server *server, const struct pollfd *fds,
			   int nfds)
{
	/* fds has the clients first, in order.  Clients that leave are removed. */
	int			kept = 0;
	int			n = control->nclients;

	for (int i = 0; i < n; i++)
	{
		ControlClient *client = &control->clients[i];

		if (client_handle(client, server, fds[i].revents))
			control->clients[kept++] = *client;
		else
			client_close(client);
	}
	control->nclients = kept;
	if (nfds > n && fds[n].revents)
		accept_clients(control);
}

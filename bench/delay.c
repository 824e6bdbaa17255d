/*-------------------------------------------------------------------------
 *
 * delay.c
 *		Stands between an API and its database, as far from it as one likes.
 *
 *	delay SOCKET TARGET MICROSECONDS
 *		listens on the Unix socket SOCKET; what a client sends reaches the one
 *		at TARGET so much later, and the answers come back at once, so that each
 *		round trip takes so much longer, however much is sent in it
 *
 * The kernel's netem would do it, where a kernel has it.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_CLIENTS 64

/* What a client has sent, and when it is due. */
typedef struct Parcel
{
	struct Parcel *next;
	int64_t		due;
	size_t		len;
	char		bytes[];
} Parcel;

typedef struct Client
{
	int			client;
	int			server;
	Parcel	   *first;
	Parcel	  **last;
} Client;

static Client clients[MAX_CLIENTS];
static int	nclients;

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
unix_socket(const char *path, int (*use) (int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int			fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || use(fd, (struct sockaddr *) &address, sizeof(address)) != 0)
		fail(path);
	return fd;
}

static void
drop(int i)
{
	Client	   *client = &clients[i];

	close(client->client);
	close(client->server);
	while (client->first != NULL)
	{
		Parcel	   *parcel = client->first;

		client->first = parcel->next;
		free(parcel);
	}
	clients[i] = clients[--nclients];
	if (clients[i].first == NULL)
		clients[i].last = &clients[i].first;
}

static void
take(int listener, const char *target)
{
	Client	   *client = &clients[nclients];

	if (nclients == MAX_CLIENTS)
		fail("too many clients");
	client->client = accept(listener, NULL, NULL);
	client->server = unix_socket(target, connect);
	client->first = NULL;
	client->last = &client->first;
	nclients++;
}

static int
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0)
	{
		ssize_t		written = send(fd, bytes, len, MSG_NOSIGNAL);

		if (written < 0)
			return 0;
		bytes += written;
		len -= (size_t) written;
	}
	return 1;
}

/* Both return false when that client has gone. */
static int
hold_back(Client *client, int64_t delay)
{
	static char buffer[65536];
	ssize_t		len = read(client->client, buffer, sizeof(buffer));
	Parcel	   *parcel;

	if (len <= 0)
		return 0;
	parcel = malloc(sizeof(Parcel) + (size_t) len);
	if (parcel == NULL)
		fail("malloc");
	parcel->next = NULL;
	parcel->due = now_ns() + delay;
	parcel->len = (size_t) len;
	memcpy(parcel->bytes, buffer, (size_t) len);
	*client->last = parcel;
	client->last = &parcel->next;
	return 1;
}

static int
hand_back(const Client *client)
{
	static char buffer[65536];
	ssize_t		len = read(client->server, buffer, sizeof(buffer));

	return len > 0 && write_all(client->client, buffer, (size_t) len);
}

static int
deliver(Client *client, int64_t now)
{
	while (client->first != NULL && client->first->due <= now)
	{
		Parcel	   *parcel = client->first;

		client->first = parcel->next;
		if (client->first == NULL)
			client->last = &client->first;
		if (!write_all(client->server, parcel->bytes, parcel->len))
			return 0;
		free(parcel);
	}
	return 1;
}

static struct pollfd
readable(int fd)
{
	struct pollfd result = {.fd = fd,.events = POLLIN};

	return result;
}

static void
wait_for_work(struct pollfd *fds, int listener)
{
	int64_t		until = INT64_MAX;
	struct timespec patience;

	fds[0] = readable(listener);
	for (int i = 0; i < nclients; i++)
	{
		fds[1 + 2 * i] = readable(clients[i].client);
		fds[2 + 2 * i] = readable(clients[i].server);
		if (clients[i].first != NULL && clients[i].first->due < until)
			until = clients[i].first->due;
	}
	if (until != INT64_MAX)
	{
		int64_t		left = until - now_ns();

		if (left < 0)
			left = 0;
		patience.tv_sec = left / 1000000000;
		patience.tv_nsec = left % 1000000000;
	}
	if (ppoll(fds, 1 + 2 * (nfds_t) nclients, until == INT64_MAX ? NULL : &patience, NULL) < 0)
		fail("ppoll");
}

int
main(int argc, char **argv)
{
	struct pollfd fds[1 + 2 * MAX_CLIENTS];
	int64_t		delay;
	int			listener;

	if (argc != 4)
	{
		fprintf(stderr, "usage: delay SOCKET TARGET MICROSECONDS\n");
		return 2;
	}
	delay = (int64_t) atol(argv[3]) * 1000;
	listener = unix_socket(argv[1], bind);
	if (listen(listener, MAX_CLIENTS) != 0)
		fail("listen");
	for (;;)
	{
		int			known = nclients;

		wait_for_work(fds, listener);
		/* from the last, because the last takes the place of one that goes */
		for (int i = known - 1; i >= 0; i--)
		{
			if ((fds[1 + 2 * i].revents != 0 && !hold_back(&clients[i], delay)) ||
				(fds[2 + 2 * i].revents != 0 && !hand_back(&clients[i])) ||
				!deliver(&clients[i], now_ns()))
				drop(i);
		}
		if (fds[0].revents != 0)
			take(listener, argv[2]);
	}
}

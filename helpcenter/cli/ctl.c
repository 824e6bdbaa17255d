/*-------------------------------------------------------------------------
 *
 * ctl.c
 *	  "helpcenterd ctl": sends a command to a running server
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl.h"
#include "cli/help.h"
#include "serve/control.h"

static void
join_arguments(Buf *line, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
	{
		if (i > 0)
			buf_str(line, " ");
		buf_str(line, argv[i]);
	}
	if (memchr(line->data, '\n', line->len))
		fatal("a command is one line");
	if (line->len > CONTROL_LINE_LIMIT)
		fatal("a command is at most %d bytes long", CONTROL_LINE_LIMIT);
	buf_str(line, "\n");
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address;
	Error		err;
	int			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!control_address(path, &address, &err))
		fatal("%s", err.text);
	if (fd < 0 || connect(fd, (struct sockaddr *) &address,
						  sizeof(address)) != 0)
		fatal("could not connect to \"%s\": %s (does the server run?)",
			  path, strerror(errno));
	return fd;
}

static char *
exchange(int fd, const Buf *line)
{
	FILE	   *stream = fdopen(fd, "r+");
	char	   *answer = NULL;
	size_t		size = 0;
	ssize_t		len;

	signal(SIGPIPE, SIG_IGN);
	if (stream == NULL ||
		fwrite(line->data, 1, line->len, stream) != line->len ||
		fflush(stream) != 0)
		fatal("could not send the command: %s", strerror(errno));
	len = getline(&answer, &size, stream);
	if (len <= 0 || answer[len - 1] != '\n')
		fatal("the server closed the connection without an answer");
	answer[len - 1] = '\0';
	fclose(stream);
	return answer;
}

int
ctl_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{"control", required_argument, NULL, 'c'},
		{"data", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}
	};
	char	   *path = NULL;
	Buf			line = {0};
	char	   *answer;
	int			opt;
	int			status = 0;

	/* "+": what follows the command's name belongs to the command. */
	while ((opt = getopt_long(argc, argv, "+", longopts, NULL)) != -1)
	{
		if (opt == 'h')
		{
			print_ctl_help();
			free(path);
			return 0;
		}
		if (opt != 'c' && opt != 'd')
			fatal("see \"helpcenterd ctl --help\"");
		free(path);
		path = opt == 'c' ? xstrdup(optarg) : xprintf("%s/control", optarg);
	}
	if (path == NULL)
		fatal("ctl needs --control PATH or --data DIR");
	if (optind == argc)
		fatal("ctl needs a command: see \"helpcenterd ctl --help\"");
	join_arguments(&line, argc - optind, argv + optind);
	answer = exchange(connect_to(path), &line);
	if (starts_with(answer, "ok "))
		puts(answer + 3);
	else if (strcmp(answer, "ok") != 0)
	{
		warning("%s", starts_with(answer, "error ") ?
				answer + 6 : answer);
		status = 1;
	}
	buf_free(&line);
	free(answer);
	free(path);
	return status;
}

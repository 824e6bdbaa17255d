/*-------------------------------------------------------------------------
 *
 * serve.c
 *	  "helpcenterd serve": a help center, until a signal or a command ends it
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "serve/daemon.h"
#include "serve/loop.h"
#include "serve/serve.h"

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

int
serve(const Options *options)
{
	Server		server = {0};
	Control		control;
	char	   *control_path;
	Error		err;
	int			signal_fd;

	server_set_up(&server, options);
	signal_fd = block_signals();
	control_path = options->control ? xstrdup(options->control) :
		xprintf("%s/control", options->data);
	if (!control_open(&control, control_path, &err))
		fatal("%s", err.text);
	server_listen(&server);
	if (!daemon_start(&server, &err))
		fatal("%s", err.text);
	daemon_faults_changed(&server);
	printf("listening on %s\n", server.center.base_url);
	if (fflush(stdout) != 0)
		fatal("could not write to standard output");
	loop_run(&server, &control, signal_fd);
	control_close(&control);
	daemon_stop(&server);
	server_tear_down(&server);
	free(control_path);
	close(signal_fd);
	return 0;
}

/*-------------------------------------------------------------------------
 *
 * main.c
 *	  helpcenterd: a stand-in for a help center
 *
 * IDENTIFICATION
 *	  helpcenter/main.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "options.h"
#include "server.h"
#include "sign.h"

int
main(int argc, char **argv)
{
	Options		options;
	int			status;

	if (argc > 1 && strcmp(argv[1], "sign") == 0)
		return sign_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "keys") == 0)
		return keys_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "ctl") == 0)
		return ctl_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
	{
		argc--;
		argv++;
	}
	options_parse(&options, argc, argv);
	status = server_main(&options);
	options_free(&options);
	return status;
}

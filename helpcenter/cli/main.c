/*-------------------------------------------------------------------------
 *
 * main.c
 *	  helpcenterd: a stand-in for a help center
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "cli/ctl.h"
#include "cli/options.h"
#include "serve/serve.h"
#include "cli/sign.h"

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
		argc--, argv++;
	else
		argv[0] = "serve";
	options_parse(&options, argc, argv);
	status = serve(&options);
	options_free(&options);
	return status;
}

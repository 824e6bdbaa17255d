/*-------------------------------------------------------------------------
 *
 * arguments.c
 *	  reading a command line by a table of its options
 *
 *-------------------------------------------------------------------------
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/arguments.h"

static void
set_argument(const Argument *argument, char *value)
{
	if (argument->valid && !argument->valid(value))
		fatal("--%s: \"%s\" is not %s", argument->name, value,
			  argument->must_be);
	switch (argument->kind)
	{
		case ARG_TEXT:
			*(const char **) argument->place = value;
			break;
		case ARG_NUMBER:
			if (!parse_int64(value, argument->low, argument->high,
							 argument->place))
				fatal("--%s: \"%s\" is not a number from %lld to %lld",
					  argument->name, value, (long long) argument->low,
					  (long long) argument->high);
			break;
		case ARG_LIST:
			string_list_add(argument->place, value);
			break;
		case ARG_ON:
		case ARG_OFF:
			*(bool *) argument->place = argument->kind == ARG_ON;
			break;
	}
}

void
arguments_parse(const Argument *arguments, size_t count, int argc,
				char **argv, void (*help) (void))
{
	struct option *options = xalloc((count + 3) * sizeof(*options));
	int			opt;
	int			index;

	for (size_t i = 0; i < count; i++)
	{
		options[i].name = arguments[i].name;
		options[i].has_arg =
			arguments[i].kind < ARG_ON ? required_argument : no_argument;
	}
	options[count].name = "help";
	options[count].val = 'h';
	options[count + 1].name = "version";
	options[count + 1].val = 'v';
	while ((opt = getopt_long(argc, argv, "", options, &index)) != -1)
	{
		if (opt == 'h')
			help();
		else if (opt == 'v')
			puts("helpcenterd " HC_VERSION);
		else if (opt != 0)
			fatal("see \"helpcenterd %s --help\"", argv[0]);
		else
		{
			set_argument(&arguments[index], optarg);
			continue;
		}
		exit(0);
	}
	if (optind < argc)
		fatal("unexpected argument \"%s\": see \"helpcenterd %s --help\"",
			  argv[optind], argv[0]);
	free(options);
}

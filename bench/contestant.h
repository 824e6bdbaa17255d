/*-------------------------------------------------------------------------
 *
 * contestant.h
 *		What the contestants in C share: reads a number of tokens to verify
 *		from each line of standard input, answers with the CPU time it took, in nanoseconds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_BENCH_CONTESTANT_H
#define HCJWT_BENCH_CONTESTANT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char **tokens;
static int	ntokens;

static void
read_tokens(const char *path)
{
	FILE	   *file = fopen(path, "r");
	char		line[8192];

	if (file == NULL)
		exit(1);
	while (fgets(line, sizeof(line), file) != NULL)
	{
		char	  **more = realloc(tokens, (size_t) (ntokens + 1) * sizeof(char *));

		if (more == NULL)
			exit(1);
		tokens = more;
		line[strcspn(line, "\n")] = '\0';
		tokens[ntokens++] = strdup(line);
	}
	fclose(file);
	if (ntokens == 0)
		exit(1);
}

/* Verifies token i, or ends the program. */
static void
serve(void (*verify) (int i))
{
	char		line[64];
	int			next = 0;

	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		struct timespec begin;
		struct timespec end;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
		for (int i = atoi(line); i > 0; i--)
		{
			verify(next);
			next = (next + 1) % ntokens;
		}
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		printf("%lld\n", (long long) (end.tv_sec - begin.tv_sec) * 1000000000 +
			   (end.tv_nsec - begin.tv_nsec));
		fflush(stdout);
	}
}

#endif							/* HCJWT_BENCH_CONTESTANT_H */

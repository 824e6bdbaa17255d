/*-------------------------------------------------------------------------
 *
 * libjwt.c
 *		What libjwt says of tokens.
 *
 * It is called as its users call it: jwt_decode() with a key, and then a
 * comparison of the algorithm with the expected one.  It knows nothing of a
 * kid, so this program tries each key of the help center.  It does not check
 * exp, nbf, aud and iss.
 *
 * usage: libjwt DIRECTORY >DIRECTORY/libjwt
 *
 *-------------------------------------------------------------------------
 */
#include <jwt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS	1000

static struct
{
	char	   *center;
	char	   *pem;
}			keys[MAX_KEYS];
static int	nkeys = 0;

static FILE *
open_in(const char *directory, const char *name)
{
	char		path[4096];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	return file;
}

/* Cuts a line into fields at its tabs. */
static void
split(char *line, char **fields, int n)
{
	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < n; i++)
	{
		fields[i] = strsep(&line, "\t");
		if (fields[i] == NULL)
			exit(2);
	}
}

static void
read_keys(const char *directory)
{
	FILE	   *file = open_in(directory, "keys");
	char	   *line = NULL;
	size_t		room = 0;
	char	   *fields[4];

	while (getline(&line, &room, file) > 0)
	{
		if (nkeys == MAX_KEYS)
			exit(2);
		split(line, fields, 4);
		for (char *p = fields[3]; *p; p++)
			if (*p == '|')
				*p = '\n';
		keys[nkeys].center = strdup(fields[0]);
		keys[nkeys++].pem = strdup(fields[3]);
	}
	free(line);
	fclose(file);
}

/* False when it has a NUL, which no C string holds. */
static bool
from_hex(char *hex)
{
	char	   *dst = hex;
	char		digits[3] = "";

	for (const char *p = hex; *p; p += 2)
	{
		memcpy(digits, p, 2);
		*dst = (char) strtol(digits, NULL, 16);
		if (*dst++ == '\0')
			return false;
	}
	*dst = '\0';
	return true;
}

int
main(int argc, char **argv)
{
	FILE	   *file;
	char	   *line = NULL;
	size_t		room = 0;
	char	   *fields[4];

	if (argc != 2)
		return 2;
	read_keys(argv[1]);
	file = open_in(argv[1], "tokens");
	while (getline(&line, &room, file) > 0)
	{
		jwt_t	   *jwt = NULL;

		split(line, fields, 4);
		if (!from_hex(fields[3]))
			continue;
		for (int i = 0; i < nkeys && jwt == NULL; i++)
			if (strcmp(keys[i].center, fields[1]) == 0 &&
				jwt_decode(&jwt, fields[3], (unsigned char *) keys[i].pem,
						   (int) strlen(keys[i].pem)) != 0)
				jwt = NULL;
		if (jwt != NULL && jwt_get_alg(jwt) == JWT_ALG_RS256)
		{
			char	   *claims = jwt_get_grants_json(jwt, NULL);

			printf("%s\t%s\n", fields[0], claims ? claims : "");
			free(claims);
		}
		jwt_free(jwt);
	}
	free(line);
	fclose(file);
	return 0;
}

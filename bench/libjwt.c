/*-------------------------------------------------------------------------
 *
 * libjwt.c
 *		Debian's libjwt as a contestant: jwt_decode of a token with a PEM key.
 *
 *	libjwt PUBLIC-KEY.pem TOKENS
 *
 *-------------------------------------------------------------------------
 */
#include <jwt.h>

#include "contestant.h"

static unsigned char key[8192];
static int	key_len;

static void
verify(int i)
{
	jwt_t	   *jwt;

	if (jwt_decode(&jwt, tokens[i], key, key_len) != 0)
		exit(1);
	jwt_free(jwt);
}

int
main(int argc, char **argv)
{
	FILE	   *file;

	if (argc != 3 || (file = fopen(argv[1], "r")) == NULL)
		return 2;
	key_len = (int) fread(key, 1, sizeof(key) - 1, file);
	fclose(file);
	read_tokens(argv[2]);
	serve(verify);
	return 0;
}

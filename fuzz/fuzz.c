/*-------------------------------------------------------------------------
 *
 * fuzz.c
 *		What the fuzz targets share.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

void
broken(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

void *
room_of(size_t len)
{
	void	   *room = malloc(len > 0 ? len : 1);

	CHECK(room != NULL);
	return room;
}

void *
copy_of(const void *bytes, size_t len)
{
	void	   *copy = room_of(len);

	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

size_t
read_seed_file(const char *name, void *dst, size_t room)
{
	const char *dir = getenv("HCJWT_FUZZ_SEEDS");
	char		path[1024];
	FILE	   *file;
	size_t		len;

	if (dir == NULL)
	{
		fprintf(stderr, "HCJWT_FUZZ_SEEDS must name a directory made by seeds\n");
		exit(2);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	len = fread(dst, 1, room, file);
	fclose(file);
	return len;
}

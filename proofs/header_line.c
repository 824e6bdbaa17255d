/*-------------------------------------------------------------------------
 *
 * header_line.c
 *		Proof: which header a line is, and what it says, are told from inside the line,
 *		for any bytes in it.
 *
 * entries: statuses names values lengths
 * cbmc: --unwind 19 --conversion-check --unsigned-overflow-check
 * cbmc statuses: --unwind 13
 * cbmc lengths: --unwind 9
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

static void *find(const void *text, int c, size_t len);

#define stand_in_memchr find
#include "http/header_line.c"
#undef stand_in_memchr

static const char *colon;		/* where it is known to be */

/* A place that is a constant makes CBMC fast. */
static void *
find(const void *text, int c, size_t len)
{
	return colon != NULL ? (void *) colon : memchr(text, c, len);
}

/* A status of three digits, or none. */
void
statuses(void)
{
	ANY_LENGTH(len, 0, 11)
	{
		char	   *line = any_bytes(len);
		bool		begins = len >= 5 && line[0] == 'H' && line[1] == 'T' && line[2] == 'T' &&
			line[3] == 'P' && line[4] == '/';
		size_t		space = 5;
		int			expected = 0;
		int			status;

		PROVE(header_status_read(line, len, &status) == begins);
		if (begins)
		{
			while (space < len && line[space] != ' ')
				space++;
			if (len - space >= 4 && space < len && (len - space == 4 || line[space + 4] == ' ') &&
				url_is_digit(line[space + 1]) && url_is_digit(line[space + 2]) &&
				url_is_digit(line[space + 3]))
				expected = (line[space + 1] - '0') * 100 + (line[space + 2] - '0') * 10 +
					line[space + 3] - '0';
		}
		PROVE(status == expected);
	}
}

/* In letters of any case. */
static bool
is_name(const char *text, size_t len, const char *name)
{
	bool		same = len == strlen(name);

	for (size_t i = 0; i < len && same; i++)
		same = text[i] == name[i] ||
			(name[i] >= 'a' && name[i] <= 'z' && text[i] == name[i] - 'a' + 'A');
	return same;
}

/* A header is the one of its name, and no other; the name ends at the first colon. */
void
names(void)
{
	static const struct
	{
		HeaderSlot	slot;
		const char *name;
	}			all[] = {
		{HEADER_CONTENT_TYPE, "content-type"},
		{HEADER_CONTENT_ENCODING, "content-encoding"},
		{HEADER_CONTENT_LENGTH, "content-length"},
		{HEADER_CACHE_CONTROL, "cache-control"},
		{HEADER_AGE, "age"},
		{HEADER_EXPIRES, "expires"},
		{HEADER_DATE, "date"},
		{HEADER_ETAG, "etag"},
		{HEADER_RETRY_AFTER, "retry-after"},
		{HEADER_LOCATION, "location"}
	};

	ANY_LENGTH(len, 0, 17)
	{
		char	   *line = any_bytes(len + 1);
		HeaderSlot	expected = HEADER_NONE;
		HeaderValue value;

		/* values() has those that begin with white space */
		line[len] = ':';
		ASSUME(!header_is_space(line[0]));
		colon = line + len;
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			if (is_name(line, len, all[i].name))
				expected = all[i].slot;
		PROVE(header_line_read(line, len + 1, &value) == expected);
		PROVE(value.len == 0);
	}
}

/* All behind the name, or of a folded line all of it, but white space at its ends. */
void
values(void)
{
	ANY_LENGTH(len, 4, 7)
	{
		char	   *line = any_bytes(len);
		size_t		start = 4;
		size_t		i = nondet_size();
		HeaderValue value;
		HeaderSlot	slot;

		if (nondet_bool())
			start = 0;
		else
			memcpy(line, "aGe:", 4);
		ASSUME(start == 4 || header_is_space(line[0]));
		colon = line + 3;
		slot = header_line_read(line, len, &value);
		PROVE(slot == (start == 0 ? HEADER_FOLDED : HEADER_AGE));
		PROVE(value.text >= line + start && value.text <= line + len);
		PROVE(value.len <= (size_t) (line + len - value.text));
		PROVE(value.len == 0 || (!header_is_space(value.text[0]) &&
								 !header_is_space(value.text[value.len - 1])));
		if (i >= start && i < len && (line + i < value.text || line + i >= value.text + value.len))
			PROVE(header_is_space(line[i]));
	}
}

/* Content-Length: as far as there are digits. */
void
lengths(void)
{
	ANY_LENGTH(len, 0, 7)
	{
		HeaderValue value = {any_bytes(len), len};
		size_t		max = nondet_bool() ? 256 * 1024 : 9;
		size_t		number = 0;
		bool		digits = true;

		for (size_t i = 0; i < len; i++)
		{
			digits = digits && url_is_digit(value.text[i]);
			number = digits ? number * 10 + (size_t) (value.text[i] - '0') : number;
		}
		PROVE(header_length_exceeds(value, max) == (number > max));
	}
}

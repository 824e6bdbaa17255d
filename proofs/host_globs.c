/*-------------------------------------------------------------------------
 *
 * host_globs.c
 *		Proof: a star stands for one label, and the rest of the host equals the
 *		pattern.
 *
 * url_host.c proves what a host name is.  The rules of lists hold for any
 * definition of a name that depends on the text alone.
 *
 * sources: url/permission.c
 * entries: stars lists long_pattern permissions
 * cbmc: --unwind 9 --conversion-check --unsigned-overflow-check
 * cbmc lists: --unwind 4
 * cbmc long_pattern: --unwind 258
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "url/host_globs.c"
#include "url/permission.h"

bool
url_is_dns_name(const char *text, size_t len)
{
	PROVE(len == 0 || __CPROVER_r_ok(text, len));
	return len > 0 && text[0] >= 'a' && text[len - 1] != '.';
}

bool
url_is_ipv4(const char *text, size_t len)
{
	return len > 0 && url_is_digit(text[0]);
}

/* The rule that host_globs.h states, written label by label, for any two texts. */
void
stars(void)
{
	size_t		host_len = any_size_to(4);
	size_t		len = any_size_to(4);
	char	   *host = any_bytes(4);
	char	   *pattern = any_bytes(4);
	bool		star = len > 2 && pattern[0] == '*' && pattern[1] == '.';
	size_t		skipped = 0;
	bool		same = true;

	/* a star stands for the text before the first dot, which is not empty */
	while (star && skipped < host_len && host[skipped] != '.')
		skipped++;
	if (star && (skipped == 0 || skipped == host_len))
		same = false;
	if (star)
		same = same && host_len - skipped == len - 1;
	else
		same = host_len == len;
	for (size_t i = 0; same && i < host_len - skipped; i++)
		same = url_lower(host[skipped + i]) == url_lower(pattern[i + (star ? 1 : 0)]);
	ASSUME(host_len > 0);
	PROVE(matches(host, host_len, pattern, len) ==
		  (same || (len == 1 && pattern[0] == '*')));
}

static bool
separates(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}

/* A host is allowed if and only if a well-formed pattern of the list matches it. */
void
lists(void)
{
	char	   *globs = any_bytes(3);
	char		host[2] = {(char) any_size_to('z'), '\0'};
	bool		valid = true;
	bool		allowed = false;
	size_t		start = 0;

	globs[2] = '\0';
	for (size_t i = 0; i < 3; i++)
	{
		if (globs[i] != '\0' && !separates(globs[i]))
			continue;
		if (i > start)
		{
			bool		good = is_valid(globs + start, i - start);

			valid = valid && good;
			allowed = allowed || (good && host[0] != '\0' &&
								  matches(host, 1, globs + start, i - start));
		}
		if (globs[i] == '\0')
			break;
		start = i + 1;
	}
	PROVE(url_host_globs_valid(globs) == valid);
	PROVE(url_host_allowed(host, globs) == allowed);
	/* an empty list allows no host, and no list allows an empty host */
	PROVE(!url_host_allowed(host, " ,"));
	PROVE(IMPLIES(host[0] == '\0', !url_host_allowed(host, "*")));
}

/* A pattern that does not fit the buffer is not copied. */
void
long_pattern(void)
{
	char		pattern[URL_MAX_HOST_LEN + 1];

	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? '.' : 'a';
	PROVE(!is_valid(pattern, sizeof(pattern)));
}

void
permissions(void)
{
	Url			url;
	bool		loopback = nondet_bool();

	url.https = nondet_bool();
	url.host[0] = 'a';
	url.host[1] = '\0';
	PROVE(url_permission(&url, "b, *.a", loopback) != URL_PERMITTED);
	PROVE((url_permission(&url, "b, A", loopback) == URL_PERMITTED) ==
		  (url.https || loopback));
}

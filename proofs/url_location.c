/*-------------------------------------------------------------------------
 *
 * url_location.c
 *		Proof: a Location of any length fits the buffer, and one without a host
 *		gives none.
 *
 * url.c proves the function that reads the authority; here a stand-in keeps its
 * contract.
 *
 * entries: locations
 * cbmc: --unwind 14
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "url/url.c"

static char first[6];
static bool taken;

UrlStatus
url_parse_authority(const char *text, size_t len, Url *url, size_t *used)
{
	PROVE(__CPROVER_r_ok(text, len + 1) && text[len] == '\0');
	for (size_t i = 0; i < 6 && i < len; i++)
		first[i] = text[i];
	taken = nondet_bool();
	url->host[0] = 'h';
	url->host[1] = '\0';
	return taken ? URL_OK : URL_USERINFO;
}

void
locations(void)
{
	char		location[4];
	char		host[URL_MAX_HOST_LEN + 1];

	location[any_size_to(3)] = '\0';
	ASSUME(location[0] == '\0' || location[1] == '\0' || location[2] == '\0' ||
		   location[3] == '\0');
	PROVE(url_location_host(location, host) == taken);
	PROVE(IMPLIES(taken, host[0] == 'h' && host[1] == '\0'));

	/*
	 * a Location that begins with a slash is read behind "https:", any other
	 * unchanged
	 */
	if (location[0] == '/')
		PROVE(first[0] == 'h' && first[4] == 's' && first[5] == ':');
	else
		PROVE(location[0] == '\0' || first[0] == location[0]);
}

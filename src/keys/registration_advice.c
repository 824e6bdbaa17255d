/*-------------------------------------------------------------------------
 *
 * registration_advice.c
 *		What people get wrong when they register a help center.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "keys/registration_advice.h"
#include "keys/statement.h"
#include "keys_url.h"
#include "url/host.h"
#include "url/url.h"

#define ZENDESK_DOMAIN	".zendesk.com"

/* Reads what may be a URL of some page, or a mere host, as a help center's URL. */
static bool
parse_loosely(const char *text, Url *url)
{
	const char *scheme = strstr(text, "://");
	char	   *whole;

	if (strlen(text) > URL_MAX_HOST_LEN + 8)
		return false;
	whole = scheme ? pstrdup(text) : psprintf("https://%s", text);
	whole[strcspn(whole, "?#")] = '\0';
	return url_parse(whole, strlen(whole), url) == URL_OK;
}

const char *
right_registration(const char *name)
{
	Url			url;
	size_t		len;
	size_t		label;

	if (!parse_loosely(name, &url) || url.host_is_ipv6)
		return "Give the base_url of the help center, too.";
	len = strlen(url.host);
	label = strcspn(url.host, ".");
	if (!url_is_dns_label(url.host, label))
		return "Give the base_url of the help center, too.";
	if (label == len || strcmp(url.host + label, ZENDESK_DOMAIN) == 0)
		return psprintf("Call hcjwt.add_help_center('%.*s').", (int) label, url.host);
	return psprintf("Give a name of your choice, and the URL: hcjwt.add_help_center('%.*s', 'https://%s').",
					(int) label, url.host, url.host);
}

void
check_base_path(const char *base_url, const Url *url)
{
	if (strncmp(url->path, "/hc", 3) == 0 &&
		(url->path_len == 3 || url->path[3] == '/'))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("base_url of a help center must not have the path of its pages, \"/hc\""),
				 errhint("Use \"%s\".",
						 pnstrdup(base_url, url->path - base_url))));
}

/* The first column of the first row, or NULL. */
static char *
find_shared(const char *query, Datum help_center)
{
	if (run_statement_on_text(query, SPI_OK_SELECT, 1, &help_center) == 0)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

void
tell_of_shared_keys(Datum help_center)
{
	static const char same_url[] =
		"SELECT o.name FROM hcjwt.help_centers h, hcjwt.help_centers o"
		" WHERE h.name = $1 AND o.name <> h.name AND h.keys_url IS DISTINCT FROM '" KEYS_URL_NONE "'"
		" AND " KEYS_URL_SQL("o") " = " KEYS_URL_SQL("h") " LIMIT 1";
	static const char same_keys[] =
		"SELECT o.help_center FROM hcjwt.keys k JOIN hcjwt.keys o USING (kid, thumbprint)"
		" WHERE k.help_center = $1 AND o.help_center <> $1"
		" AND k.retired_at IS NULL AND k.revoked_at IS NULL"
		" AND o.retired_at IS NULL AND o.revoked_at IS NULL LIMIT 1";
	char	   *other = find_shared(same_url, help_center);

	if (other == NULL)
		other = find_shared(same_keys, help_center);
	if (other != NULL)
		ereport(NOTICE,
				(errmsg("help centers \"%s\" and \"%s\" have the same keys",
						TextDatumGetCString(help_center), other),
				 errdetail("A token without the claim \"origin\" is refused (28J04) where no help center is named."),
				 errhint("Name one: hcjwt.authenticate(token, help_center), or set hcjwt.required_help_center.")));
}

/*-------------------------------------------------------------------------
 *
 * target.c
 *		Which URL of a help center is asked, and whether it may be.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "http/target.h"
#include "keys_url.h"
#include "url/permission.h"
#include "url/url.h"

/*
 * The library that defines the settings, and one of its functions.  The server
 * looks for the library in the same places as for SQL functions: since 18 also
 * in dynamic_library_path, in spite of the "$libdir".
 */
#define MAIN_LIBRARY	"$libdir/hcjwt"
#define MAIN_FUNCTION	"hcjwt_verify"

/*
 * Before the library that defines the setting is loaded, anybody can give it
 * any value.  Loading the library judges that value.
 */
const char *
target_setting(const char *name)
{
	const char *value;

	(void) load_external_function(MAIN_LIBRARY, MAIN_FUNCTION, true, NULL);
	value = GetConfigOption(name, true, false);
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the library hcjwt does not define \"%s\"", name),
				 errhint("Install hcjwt and hcjwt_http of the same version.")));
	return value;
}

static char *
copy_column(MemoryContext context, int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[0],
									 SPI_tuptable->tupdesc, column);

	return value == NULL ? NULL : MemoryContextStrdup(context, value);
}

/*
 * This runs with the rights of the extension's owner, so every name is
 * qualified: the caller's search_path has no effect.
 */
void
target_read(const char *name, Target *target)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {CStringGetTextDatum(name)};
	char	   *enabled;

	if (SPI_connect() != SPI_OK_CONNECT ||
		SPI_execute_with_args("SELECT base_url,"
	/* where nothing is fetched, base_url is asked */
							  " CASE WHEN keys_url OPERATOR(pg_catalog.<>) '" KEYS_URL_NONE "' THEN keys_url END,"
							  " enabled::pg_catalog.int4"
							  " FROM hcjwt.help_centers"
							  " WHERE name OPERATOR(pg_catalog.=) $1",
							  1, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read hcjwt.help_centers");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("help center \"%s\" does not exist", name),
				 errhint("hcjwt.help_centers lists them, hcjwt.add_help_center() adds one.")));
	target->name = name;
	target->base_url = copy_column(context, 1);
	target->keys_url = copy_column(context, 2);
	enabled = copy_column(context, 3);
	SPI_finish();

	if (strcmp(enabled, "1") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("help center \"%s\" is disabled", name),
				 errhint("Set \"enabled\" in hcjwt.help_centers.")));
}

/*
 * The settings may have become stricter since the row was written, so the URL
 * is judged again.
 */
char *
target_url(const Target *target, const char *path, bool is_keys)
{
	char	   *text;
	Url			url;
	UrlStatus	status;
	UrlPermission permission;

	if (is_keys && target->keys_url != NULL)
		text = target->keys_url;
	else
		text = psprintf("%s%s", target->base_url, path);

	status = url_parse(text, strlen(text), &url);
	if (status != URL_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the URL of help center \"%s\" cannot be used",
						target->name),
				 errdetail("It %s.", url_status_text(status)),
				 errhint("Correct it in hcjwt.help_centers.")));
	permission = url_permission(&url, target_setting("hcjwt.allowed_hosts"),
								strcmp(target_setting("hcjwt.allow_http_loopback"), "on") == 0);
	if (permission == URL_HTTP_NOT_PERMITTED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the URL of help center \"%s\" is not https",
						target->name),
				 errhint("A superuser can set hcjwt.allow_http_loopback, for development on this machine.")));
	if (permission == URL_HOST_NOT_PERMITTED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the host of help center \"%s\" is not allowed",
						target->name),
				 errdetail("No pattern in hcjwt.allowed_hosts matches \"%s\".",
						   url.host),
				 errhint("A superuser can add the host to hcjwt.allowed_hosts.")));
	return text;
}

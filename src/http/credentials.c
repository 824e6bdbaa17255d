/*-------------------------------------------------------------------------
 *
 * credentials.c
 *		With which credentials a help center is asked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <openssl/crypto.h>

#include "utils/builtins.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "encoding.h"
#include "http/credentials.h"
#include "http/request.h"

/* The arguments behind the help center's name; 1.0's SQL lacks the last */
#define ARG_EMAIL			1
#define ARG_PASSWORD		2
#define ARG_API_TOKEN		3
#define ARG_OAUTH_TOKEN		4
#define ARG_ON_BEHALF_OF	5

/* No credential is longer, and a header has room for it. */
#define CREDENTIAL_MAX_LEN	4096

static void
wipe(char **secret)
{
	if (*secret != NULL)
	{
		OPENSSL_cleanse(*secret, strlen(*secret));
		pfree(*secret);
		*secret = NULL;
	}
}

void
credentials_wipe(Credentials *c)
{
	wipe(&c->email);
	wipe(&c->password);
	wipe(&c->api_token);
	wipe(&c->oauth_token);
	wipe(&c->on_behalf_of);
	wipe(&c->basic_user);
}

/*
 * Copies a text argument to *value, in UTF-8 (RFC 7617, section 2.1).  NULL stays
 * NULL.  No message quotes what is in it.
 */
static void
take_credential(FunctionCallInfo fcinfo, int arg, const char *name, char **value)
{
	struct varlena *detoasted;
	const char *utf8;
	size_t		len;

	if (arg >= PG_NARGS() || PG_ARGISNULL(arg))
		return;
	detoasted = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(arg));
	*value = text_to_cstring((text *) detoasted);
	if ((Pointer) detoasted != DatumGetPointer(PG_GETARG_DATUM(arg)))
		OPENSSL_cleanse(VARDATA_ANY(detoasted), VARSIZE_ANY_EXHDR(detoasted));

	utf8 = server_to_utf8(*value, strlen(*value), &len);
	if (utf8 != *value)
	{
		wipe(value);
		*value = unconstify(char *, utf8);
	}
	if (*value == NULL || **value == '\0' || !http_is_header_text(*value) ||
		strlen(*value) > CREDENTIAL_MAX_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not valid", name),
				 errdetail("It must have 1 to %d bytes, none of them a control character.",
						   CREDENTIAL_MAX_LEN)));
}

static void
report_combination(FunctionCallInfo fcinfo, bool needed)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the credentials are incomplete or contradict each other"),
			 errhint("Give oauth_token%s, or email with either api_token or password%s, as bind parameters.",
					 ARG_ON_BEHALF_OF < PG_NARGS() ?
					 ", alone or with on_behalf_of" : " alone",
					 needed ? "" :
					 ", or none of them for an anonymous session")));
}

/* Basic auth parts user and password by the first colon (RFC 7617). */
static void
check_email(const char *email)
{
	if (strchr(email, ':') != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("email is not valid"),
				 errdetail("It must not have a colon in it.")));
}

/* RFC 6750: the token goes into the header as it stands. */
static void
check_oauth_token(const char *token)
{
	if (strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789-._~+/=") != strlen(token))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("oauth_token is not valid"),
				 errdetail("It has a character that no OAuth bearer token can have.")));
}

/*
 * The vendor's X-On-Behalf-Of: an e-mail address or an id, which goes into the
 * header as it stands.
 */
static void
check_on_behalf_of(const char *user)
{
	bool		valid = true;

	for (const char *p = user; *p != '\0'; p++)
	{
		if (*p <= ' ' || *p > '~')
			valid = false;
	}
	if (strchr(user, '@') == NULL &&
		strspn(user, "0123456789") != strlen(user))
		valid = false;
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("on_behalf_of is not valid"),
				 errdetail("It must be a user's e-mail address, of printable ASCII characters, or a user's id.")));
}

void
credentials_take(FunctionCallInfo fcinfo, bool needed, Credentials *c)
{
	take_credential(fcinfo, ARG_EMAIL, "email", &c->email);
	take_credential(fcinfo, ARG_PASSWORD, "password", &c->password);
	take_credential(fcinfo, ARG_API_TOKEN, "api_token", &c->api_token);
	take_credential(fcinfo, ARG_OAUTH_TOKEN, "oauth_token", &c->oauth_token);
	take_credential(fcinfo, ARG_ON_BEHALF_OF, "on_behalf_of", &c->on_behalf_of);

	if (c->oauth_token != NULL)
	{
		if (c->email != NULL || c->password != NULL || c->api_token != NULL)
			report_combination(fcinfo, needed);
		check_oauth_token(c->oauth_token);
		if (c->on_behalf_of != NULL)
			check_on_behalf_of(c->on_behalf_of);
	}
	else if (c->on_behalf_of != NULL)
		report_combination(fcinfo, needed);
	else if (c->email != NULL)
	{
		if ((c->password != NULL) == (c->api_token != NULL))
			report_combination(fcinfo, needed);
		check_email(c->email);
		c->basic_user = psprintf("%s%s", c->email,
								 c->api_token != NULL ? "/token" : "");
	}
	else if (c->password != NULL || c->api_token != NULL ||
			 needed)
		report_combination(fcinfo, needed);
}

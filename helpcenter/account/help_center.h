/*-------------------------------------------------------------------------
 *
 * help_center.h
 *	  the help center: whom it knows, what it signs with, how it is set
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_HELP_CENTER_H
#define HC_HELP_CENTER_H

#include "account/brands.h"
#include "account/keystore.h"
#include "account/seen.h"
#include "account/sessions.h"
#include "account/users.h"

typedef struct HelpCenter
{
	int64_t		account_id;
	KeyStore	keys;
	Users		users;
	Brands		brands;
	Sessions	sessions;
	char	   *base_url;		/* the address that it listens on */
	const char *api_url;		/* where its page fetches "my orders", or NULL */
	const char *theme_script;	/* a file to serve as the theme's script, or
								 * NULL */
	bool		tls;
	bool		etag;			/* the answer with the keys has an ETag */

	/* what control commands change */
	int64_t		token_life;
	bool		team_plan;
	char	   *cache_control;	/* NULL: no such header */
	bool		passwords;		/* the API accepts passwords */
	bool		api_tokens;		/* the API accepts API tokens */
	bool		seen[SEEN_COUNT];
} HelpCenter;

extern void help_center_free(HelpCenter *center);

/*
 * The origin claim of the first brand's tokens.  It is kept in the directory
 * of the keys, where "helpcenterd sign" reads it for the tokens that it makes.
 */
extern bool help_center_save_origin(const HelpCenter *center, Error *err);
extern char *help_center_saved_origin(const char *dir);

#endif							/* HC_HELP_CENTER_H */

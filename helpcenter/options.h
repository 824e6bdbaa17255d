/*-------------------------------------------------------------------------
 *
 * options.h
 *	  the command line of "helpcenterd serve"
 *
 * IDENTIFICATION
 *	  helpcenter/options.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_OPTIONS_H
#define HC_OPTIONS_H

#include "certs.h"
#include "util.h"

/* A growing list of strings that belong to argv. */
typedef struct StringList
{
	char	  **items;
	int			count;
} StringList;

typedef struct Options
{
	const char *data;
	const char *users;
	int			port;
	const char *address;
	bool		tls;
	const char *port_file;
	StringList	hostnames;
	const char *origin;
	bool		no_origin;
	int64_t		token_life;
	int64_t		session_life;
	int			key_bits;
	int			keys;
	StringList	brands;
	bool		sandbox;
	bool		team_plan;
	bool		passwords;
	bool		api_tokens;
	StringList	seen;
	bool		etag;
	const char *cache_control;
	const char *control;
	const char *access_log;
	const char *ca_out;
	const char *api_url;
	CertKind	certificate;
	StringList	faults;
} Options;

extern void options_parse(Options *options, int argc, char **argv);
extern void options_free(Options *options);

extern void print_help(void);
extern void print_ctl_help(void);
extern void print_sign_help(void);
extern void print_keys_help(void);

/* Rules shared with the control commands and "sign". */
extern bool origin_valid(const char *origin);
extern bool header_value_valid(const char *value);

#endif							/* HC_OPTIONS_H */

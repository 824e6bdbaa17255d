/*-------------------------------------------------------------------------
 *
 * corpus.h
 *		Cases: a token, and what must become of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CORPUS_H
#define CORPUS_H

#include "bytes.h"
#include "keys.h"

/* When the corpus was made; what depends on time is relative to it. */
extern long long now;

/* A local port that jku and x5u name; the test listens there. */
extern int	listener_port;

/* What becomes of a token: PASS, or an error code and the check that fails. */
#define PASS			"ok"
#define REFUSED(check)	"28J00 " check
#define EXPIRED			"28J01 exp"
#define NOT_YET_VALID	"28J02 nbf"
#define UNKNOWN_KEY		"28J03 key"
#define NOT_FOR_USE(check) "28J04 " check

/* The help center's user whose tokens these are. */
#define USER_ID			"377841432074"

typedef struct Case
{
	const char *name;
	const char *verdict;
	Bytes		token;

	/* the accepted case from which a refused one differs by one change */
	const char *from;

	const char *center;			/* the help center named, or NULL */
	const char *user_id;		/* of an accepted token; NULL: USER_ID; "":
								 * none */

	/* verdicts in databases with these encodings, where they differ */
	const char *latin1;
	const char *sql_ascii;
} Case;

/*
 * Writes a case of the class that is being made: emit(.name = ..., ...).  The
 * server itself refuses (22021) a token that the database cannot hold as text:
 * with a NUL, or ill-formed UTF-8.  emit_case() sets that verdict.
 */
#define emit(...)		emit_case((Case) {__VA_ARGS__})
extern void emit_case(Case c);

/* A case that is refused, because it differs from the case "from"; one that is accepted. */
extern void refused(const char *name, const char *verdict, const char *from,
					Bytes token);
extern void accepted(const char *name, Bytes token);

/* A JWK Set, and what import_keys() must return for it. */
typedef struct SetCase
{
	const char *name;
	const char *verdict;		/* a number of keys, or an error code */
	Bytes		set;
	Bytes		token;			/* to be verified afterwards, if there is one */
	const char *token_verdict;

	/* verdicts on the set in a database of another encoding */
	const char *latin1;
	const char *sql_ascii;
} SetCase;

#define emit_set(...)	emit_set_case((SetCase) {__VA_ARGS__})
extern void emit_set_case(SetCase c);

/* For setup.sql */
extern void setup(Bytes sql);

/*
 * Parts of tokens.  Members are JSON.  They are added to the usual ones, or
 * replace those of the same name.
 */
#define KID				"acme-2048"

extern Bytes header(const char *kid, const char *members);
extern Bytes payload(const char *members);
extern Bytes compact(Bytes header, Bytes payload, Bytes signature);
extern Bytes signing_input(Bytes header, Bytes payload);

/* A whole token: signed by this key, whatever its header says. */
extern Bytes token(const Key *k, Bytes header, Bytes payload);

/* Signed by acme's key, with the usual header, or the usual payload. */
extern Bytes token_with_payload(Bytes payload);
extern Bytes token_with_header(Bytes header);

/* A token with that key, that kid, the usual header and these claims. */
extern Bytes token_of(const char *key_name, const char *kid, const char *claims);

/* The usual token, which is accepted: "good/plain". */
extern Bytes good_token(void);

/* One class of attacks each. */
extern void make_good(void);
extern void make_alg(void);
extern void make_hmac(void);
extern void make_embedded(void);
extern void make_crit(void);
extern void make_kid(void);
extern void make_typ(void);
extern void make_signature(void);
extern void make_padding(void);
extern void make_der(void);
extern void make_cubic(void);
extern void make_base64(void);
extern void make_json(void);
extern void make_unicode(void);
extern void make_duplicates(void);
extern void make_numbers(void);
extern void make_dates(void);
extern void make_audience(void);
extern void make_origin(void);
extern void make_shape(void);
extern void make_centers(void);
extern void make_user(void);
extern void make_two_tokens(void);
extern void make_jwk(void);
extern void make_jwks(void);

/* The help centers and trusted keys that all of these are about. */
extern void make_setup(void);

#endif							/* CORPUS_H */

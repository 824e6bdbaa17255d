/*-------------------------------------------------------------------------
 *
 * jws.h
 *		The shape of a compact JWS (RFC 7515, section 3.1).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JWS_H
#define HCJWT_JWS_H

#include <stddef.h>

#define JWS_MAX_LEN			16384	/* bytes of a whole token */
/* bytes that the longest part can decode to */
#define JWS_MAX_PART_LEN	(JWS_MAX_LEN / 4 * 3)

typedef enum JwsStatus
{
	JWS_OK,
	JWS_EMPTY,					/* no characters */
	JWS_TOO_LONG,				/* more than JWS_MAX_LEN characters */
	JWS_BAD_CHARACTER,			/* other than A-Z a-z 0-9 - _ . */
	JWS_NOT_THREE_PARTS,		/* other than two dots */
	JWS_EMPTY_PART				/* a part of no characters */
} JwsStatus;

/* The three parts as they stand in the token; nothing is copied. */
typedef struct JwsParts
{
	const char *header;
	size_t		header_len;
	const char *payload;
	size_t		payload_len;
	const char *signature;
	size_t		signature_len;
	size_t		signing_input_len;	/* of header '.' payload, from header on */
} JwsParts;

/*
 * Judges the shape in one pass, and allocates nothing.  Where there are several
 * faults, the status is the first of them in the order of JwsStatus.  parts is set
 * only with JWS_OK.
 */
extern JwsStatus jws_split(const char *token, size_t len, JwsParts *parts);

/* "the token has ...": a phrase without a full stop, for logs and explain. */
extern const char *jws_status_text(JwsStatus status);

#endif							/* HCJWT_JWS_H */

/*-------------------------------------------------------------------------
 *
 * target.h
 *		Which URL of a help center is asked, and whether it may be.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TARGET_H
#define HCJWT_TARGET_H

/* The help center that is asked, as its row has it. */
typedef struct Target
{
	const char *name;
	char	   *base_url;
	char	   *keys_url;		/* NULL: base_url and the usual path */
} Target;

/* Reads the help center's row; raises when it is unknown or disabled. */
extern void target_read(const char *name, Target *target);

/*
 * The URL at this path below base_url, or for the keys the one that keys_url
 * names.  Raises when it may not be asked.
 */
extern char *target_url(const Target *target, const char *path, bool is_keys);

/* The value of one of hcjwt's settings. */
extern const char *target_setting(const char *name);

#endif							/* HCJWT_TARGET_H */

/*-------------------------------------------------------------------------
 *
 * fetched_help_centers.h
 *		For which help centers keys are fetched.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FETCHED_HELP_CENTERS_H
#define HCJWT_FETCHED_HELP_CENTERS_H

/*
 * Reads the names of help centers that are enabled and fetched for, under a fresh
 * catalog snapshot: the one of this name, or up to max of all.  Returns how many.
 */
extern int	read_fetched_help_centers(const char *name, char **names, int max);

#endif							/* HCJWT_FETCHED_HELP_CENTERS_H */

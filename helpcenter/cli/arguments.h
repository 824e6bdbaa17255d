/*-------------------------------------------------------------------------
 *
 * arguments.h
 *	  reading a command line by a table of its options
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ARGUMENTS_H
#define HC_ARGUMENTS_H

#include "base/text.h"

typedef enum ArgumentKind
{
	ARG_TEXT,					/* const char * */
	ARG_NUMBER,					/* int64_t, from low to high */
	ARG_LIST,					/* StringList; each time one more */
	ARG_ON,						/* bool, without a value */
	ARG_OFF						/* bool, without a value */
} ArgumentKind;

typedef struct Argument
{
	const char *name;
	ArgumentKind kind;
	void	   *place;
	int64_t		low;
	int64_t		high;
	bool		(*valid) (const char *value);	/* of a text; NULL: all texts
												 * are valid */
	const char *must_be;		/* how the message describes a valid text */
} Argument;

/* Parses --help and --version as well.  A wrong argument ends the program. */
extern void arguments_parse(const Argument *arguments, size_t count,
							int argc, char **argv, void (*help) (void));

#endif							/* HC_ARGUMENTS_H */

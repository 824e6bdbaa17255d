/*-------------------------------------------------------------------------
 *
 * citus.h
 *		Is Citus here, and is this session one of its own?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CITUS_H
#define HCJWT_CITUS_H

/* While this setting is "local", Citus carries SET LOCAL to the nodes. */
#define CARRIES_SET_LOCAL	"citus.propagate_set_commands"

/* Is Citus loaded, and in this database? */
extern bool citus_is_here(void);

/* Is the client another node, by the name that Citus gives such sessions? */
extern bool session_is_of_citus(void);

#endif							/* HCJWT_CITUS_H */

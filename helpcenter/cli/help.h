/*-------------------------------------------------------------------------
 *
 * help.h
 *	  what "helpcenterd --help" prints, and its subcommands' --help
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_HELP_H
#define HC_HELP_H

extern void print_help(void);
extern void print_ctl_help(void);
extern void print_sign_help(void);
extern void print_keys_help(void);

#endif							/* HC_HELP_H */

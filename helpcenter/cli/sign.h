/*-------------------------------------------------------------------------
 *
 * sign.h
 *	  "helpcenterd sign" and "helpcenterd keys": work without a server
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SIGN_H
#define HC_SIGN_H

extern int	sign_main(int argc, char **argv);
extern int	keys_main(int argc, char **argv);

#endif							/* HC_SIGN_H */

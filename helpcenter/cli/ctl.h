/*-------------------------------------------------------------------------
 *
 * ctl.h
 *	  "helpcenterd ctl": sends a command to a running server
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_CTL_H
#define HC_CTL_H

extern int	ctl_main(int argc, char **argv);

#endif							/* HC_CTL_H */

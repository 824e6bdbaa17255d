/*-------------------------------------------------------------------------
 *
 * ctl.h
 *	  "helpcenterd ctl": sends a command to a running server
 *
 * IDENTIFICATION
 *	  helpcenter/cli/ctl.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_CTL_H
#define HC_CTL_H

extern int	ctl_main(int argc, char **argv);

#endif							/* HC_CTL_H */

/*-------------------------------------------------------------------------
 *
 * pages.h
 *	  the help center's pages: home, sign-in, sign-out, and the theme
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_PAGES_H
#define HC_PAGES_H

#include "http/reply.h"
#include "http/request.h"

extern void page_root(Request *request, Reply *reply);
extern void page_home(Request *request, Reply *reply);
extern void page_sign_in(Request *request, Reply *reply);
extern void page_sign_in_post(Request *request, Reply *reply);
extern void page_sign_out_post(Request *request, Reply *reply);
extern void page_visitor(Request *request, Reply *reply);
extern void page_script(Request *request, Reply *reply);
extern void page_style(Request *request, Reply *reply);
extern void page_error(Request *request, Reply *reply, int status);

#endif							/* HC_PAGES_H */

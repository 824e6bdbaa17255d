/*-------------------------------------------------------------------------
 *
 * endpoints.h
 *	  the handlers of each path
 *
 * IDENTIFICATION
 *	  helpcenter/endpoints.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ENDPOINTS_H
#define HC_ENDPOINTS_H

#include "http.h"

typedef void (*Handler) (Request *request, Reply *reply);

extern void endpoint_keys(Request *request, Reply *reply);
extern void endpoint_token(Request *request, Reply *reply);
extern void endpoint_sessions(Request *request, Reply *reply);
extern void endpoint_me(Request *request, Reply *reply);
extern void endpoint_claims(Request *request, Reply *reply);
extern void endpoint_claims_post(Request *request, Reply *reply);
extern void endpoint_claim(Request *request, Reply *reply);
extern void endpoint_claim_put(Request *request, Reply *reply);
extern void endpoint_claim_delete(Request *request, Reply *reply);

/* The help center's pages, in pages.c */
extern void page_root(Request *request, Reply *reply);
extern void page_home(Request *request, Reply *reply);
extern void page_sign_in(Request *request, Reply *reply);
extern void page_sign_in_post(Request *request, Reply *reply);
extern void page_sign_out_post(Request *request, Reply *reply);
extern void page_script(Request *request, Reply *reply);
extern void page_style(Request *request, Reply *reply);

#endif							/* HC_ENDPOINTS_H */

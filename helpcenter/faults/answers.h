/*-------------------------------------------------------------------------
 *
 * answers.h
 *	  what a faulty help center answers
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ANSWERS_H
#define HC_ANSWERS_H

#include "faults/fault.h"

extern void answer_status(const Fault *fault, Request *request, Reply *reply);
extern void answer_html(const Fault *fault, Request *request, Reply *reply);
extern void answer_garbage(const Fault *fault, Request *request,
						   Reply *reply);
extern void answer_wrong_shape(const Fault *fault, Request *request,
							   Reply *reply);
extern void answer_no_token(const Fault *fault, Request *request,
							Reply *reply);
extern void answer_empty_set(const Fault *fault, Request *request,
							 Reply *reply);
extern void answer_one_bad_key(const Fault *fault, Request *request,
							   Reply *reply);
extern void answer_duplicate_kid(const Fault *fault, Request *request,
								 Reply *reply);
extern void answer_many_keys(const Fault *fault, Request *request,
							 Reply *reply);
extern void answer_huge(const Fault *fault, Request *request, Reply *reply);
extern void answer_deep(const Fault *fault, Request *request, Reply *reply);
extern void answer_file(const Fault *fault, Request *request, Reply *reply);
extern void answer_redirect(const Fault *fault, Request *request,
							Reply *reply);

extern bool bad_key_known(const char *name);

#endif							/* HC_ANSWERS_H */

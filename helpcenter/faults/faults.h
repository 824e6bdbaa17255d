/*-------------------------------------------------------------------------
 *
 * faults.h
 *	  answers and connections that go wrong on request
 *
 * IDENTIFICATION
 *	  helpcenter/faults/faults.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_FAULTS_H
#define HC_FAULTS_H

#include <jansson.h>

#include "http/reply.h"
#include "http/request.h"

/* The endpoints that faults apply to, and a word for all of them. */
#define FAULT_ENDPOINTS 4
#define FAULT_ALL FAULT_ENDPOINTS

/* Of each class one fault at a time is in force; headers are many. */
typedef enum FaultClass
{
	FAULT_ANSWER,				/* status and body */
	FAULT_HEADER,				/* one more header */
	FAULT_WIRE,					/* how the answer is sent */
	FAULT_STALL_CONNECT,		/* no connection is established */
	FAULT_STALL_HANDSHAKE		/* connections are never spoken to */
} FaultClass;

struct FaultKind;

typedef struct Fault
{
	const struct FaultKind *kind;
	int			endpoint;		/* or FAULT_ALL */
	char	   *value;			/* NULL when there is none */
	int64_t		number;			/* the value as a number, or its default */
	char	   *retry_after;
	int64_t		left;			/* requests to go, -1: until cleared */
	int64_t		hits;
	struct Fault *next;
} Fault;

typedef void (*FaultAnswer) (const Fault *fault, Request *request,
							 Reply *reply);
typedef void (*FaultWire) (const Fault *fault, Wire *wire);

typedef enum ValueRule
{
	VALUE_NONE,
	VALUE_NUMBER,				/* low to high; optional when low <= 0 */
	VALUE_TEXT,
	VALUE_HEADER,
	VALUE_BAD_KEY				/* optional */
} ValueRule;

typedef struct FaultKind
{
	const char *name;
	FaultClass	class;
	ValueRule	rule;
	int64_t		low;
	int64_t		high;
	int64_t		number;			/* without a value */
	int			only;			/* the endpoint that alone has it, or -1 */
	FaultAnswer answer;
	FaultWire	wire;
} FaultKind;

typedef struct Faults
{
	Fault	   *list;
	/* counts what was cleared: what began before is no longer faulty */
	unsigned int cleared[EP_COUNT];
} Faults;

extern bool faults_add(Faults *faults, const char *spec, Error *err);
extern bool faults_clear(Faults *faults, const char *endpoint, Error *err);
extern void faults_free(Faults *faults);
extern json_t *faults_describe(const Faults *faults);

/* Connections: is such a fault in force, and does this one meet it? */
extern bool faults_active(const Faults *faults, FaultClass class);
extern bool faults_take(Faults *faults, FaultClass class);

/* Requests: decided once, applied to the reply later, forgotten at the end */
extern void faults_plan(Faults *faults, Request *request);
extern void faults_apply(Request *request, Reply *reply);
extern void faults_forget(Request *request);
extern bool faults_were_cleared(const Faults *faults, const Request *request);

/* In fault_spec.c */
extern Fault *fault_parse(const char *spec, Error *err);
extern void fault_free(Fault *fault);
extern int	fault_endpoint(const char *name, size_t len);

/* In fault_answers.c */
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

#endif							/* HC_FAULTS_H */

/*-------------------------------------------------------------------------
 *
 * fault.h
 *	  what can go wrong on request, and a fault of that kind
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_FAULT_H
#define HC_FAULT_H

#include "http/reply.h"
#include "http/request.h"

/* The endpoints that can have faults, and a number that stands for all. */
#define FAULT_ENDPOINTS 4
#define FAULT_ALL FAULT_ENDPOINTS

/* An endpoint has one fault of each class at a time, but any number of headers. */
typedef enum FaultClass
{
	FAULT_ANSWER,				/* status and body */
	FAULT_HEADER,				/* one more header */
	FAULT_WIRE,					/* how the answer is sent */
	FAULT_STALL_CONNECT,		/* no connection is established */
	FAULT_STALL_HANDSHAKE		/* connections are accepted and get no answer */
} FaultClass;

typedef enum ValueRule
{
	VALUE_NONE,
	VALUE_NUMBER,				/* low to high; optional when low <= 0 */
	VALUE_TEXT,
	VALUE_HEADER,
	VALUE_BAD_KEY				/* optional */
} ValueRule;

struct Fault;

typedef struct FaultKind
{
	const char *name;
	FaultClass	class;
	ValueRule	rule;
	int64_t		low;
	int64_t		high;
	int64_t		otherwise;		/* the number when the fault has no value */
	bool		one_endpoint;	/* only the endpoint below can have it */
	Endpoint	endpoint;
	WireFault	wire;			/* of FAULT_WIRE */
	/* of FAULT_ANSWER: changes the answer */
	void		(*answer) (const struct Fault *fault, Request *request,
						   Reply *reply);
} FaultKind;

typedef struct Fault
{
	const FaultKind *kind;
	int			endpoint;		/* or FAULT_ALL */
	char	   *value;			/* NULL when there is none */
	int64_t		number;			/* the value as a number */
	char	   *retry_after;
	int64_t		left;			/* for how many more requests; -1: until
								 * cleared */
	int64_t		hits;
	struct Fault *next;
} Fault;

extern Fault *fault_copy(const Fault *fault);
extern void fault_free(Fault *fault);

#endif							/* HC_FAULT_H */

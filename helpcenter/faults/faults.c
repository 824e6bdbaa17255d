/*-------------------------------------------------------------------------
 *
 * faults.c
 *	  answers and connections that go wrong on request
 *
 * Knows which faults are in force, and which of them a request or a connection
 * meets.  kinds.c has the faults themselves and their answers, serve/deliver.c
 * sends these, and serve/listener.c has the faults that come before any
 * request.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "faults/faults.h"
#include "faults/spec.h"

static void
free_list(Fault **list)
{
	while (*list)
	{
		Fault	   *fault = *list;

		*list = fault->next;
		fault_free(fault);
	}
}

void
faults_free(Faults *faults)
{
	free_list(&faults->list);
}

/* Does the new fault take the place of the old one? */
static bool
replaces(const Fault *new, const Fault *old)
{
	if (new->kind->class != old->kind->class ||
		new->endpoint != old->endpoint)
		return false;
	if (new->kind->class == FAULT_HEADER)
	{
		size_t		len = strcspn(new->value, ":") + 1;

		return strncasecmp(new->value, old->value, len) == 0;
	}
	return true;
}

static void
remove_fault(Fault **place)
{
	Fault	   *fault = *place;

	*place = fault->next;
	fault_free(fault);
}

bool
faults_add(Faults *faults, const char *spec, Error *err)
{
	Fault	   *fault = fault_parse(spec, err);

	if (fault == NULL)
		return false;
	for (Fault **place = &faults->list; *place;)
	{
		if (replaces(fault, *place))
			remove_fault(place);
		else
			place = &(*place)->next;
	}
	fault->next = faults->list;
	faults->list = fault;
	return true;
}

/* Clears the endpoint's faults; "" clears all, those of connections too. */
bool
faults_clear(Faults *faults, const char *endpoint, Error *err)
{
	int			which = *endpoint ?
		fault_endpoint(endpoint, strlen(endpoint), err) : FAULT_ALL;

	if (which < 0)
		return false;
	for (Fault **place = &faults->list; *place;)
	{
		if (which == FAULT_ALL || (*place)->endpoint == which)
			remove_fault(place);
		else
			place = &(*place)->next;
	}
	for (int i = 0; i < EP_COUNT; i++)
		if (which == FAULT_ALL || i == which)
			faults->cleared[i]++;
	return true;
}

json_t *
faults_describe(const Faults *faults)
{
	json_t	   *list = json_array();

	for (const Fault *fault = faults->list; fault; fault = fault->next)
	{
		json_t	   *item = json_object();

		if (fault->kind->class < FAULT_STALL_CONNECT)
			json_object_set_new(item, "endpoint",
								json_string(fault->endpoint == FAULT_ALL ?
											"all" :
											endpoint_names[fault->endpoint]));
		json_object_set_new(item, "fault", json_string(fault->kind->name));
		if (fault->value)
			json_object_set_new(item, "value", json_string(fault->value));
		if (fault->retry_after)
			json_object_set_new(item, "retry_after",
								json_string(fault->retry_after));
		if (fault->left >= 0)
			json_object_set_new(item, "left", json_integer(fault->left));
		json_object_set_new(item, "hits", json_integer(fault->hits));
		json_array_append_new(list, item);
	}
	return list;
}

static Fault *
find_fault(const Faults *faults, FaultClass class)
{
	for (Fault *fault = faults->list; fault; fault = fault->next)
		if (fault->kind->class == class && fault->left != 0)
			return fault;
	return NULL;
}

bool
faults_active(const Faults *faults, FaultClass class)
{
	return find_fault(faults, class) != NULL;
}

static void
take(Fault *fault)
{
	fault->hits++;
	if (fault->left > 0)
		fault->left--;
}

bool
faults_take(Faults *faults, FaultClass class)
{
	Fault	   *fault = find_fault(faults, class);

	if (fault)
		take(fault);
	return fault != NULL;
}

/* Gives the request a copy: the fault may be removed before the answer is sent. */
static void
add_to_plan(Request *request, const Fault *fault)
{
	Fault	   *copy = fault_copy(fault);

	copy->next = request->faults;
	request->faults = copy;
}

static bool
concerns(const Fault *fault, int endpoint, FaultClass class)
{
	return fault->endpoint == endpoint && fault->kind->class == class &&
		fault->left != 0;
}

/* An endpoint's own fault goes before one that is for all endpoints. */
static Fault *
fault_for(const Faults *faults, int endpoint, FaultClass class)
{
	for (Fault *fault = faults->list; fault; fault = fault->next)
		if (concerns(fault, endpoint, class))
			return fault;
	for (Fault *fault = faults->list; fault; fault = fault->next)
		if (concerns(fault, FAULT_ALL, class))
			return fault;
	return NULL;
}

void
faults_plan(Faults *faults, Request *request)
{
	int			endpoint = request->endpoint;
	Fault	   *fault;

	request->cleared = faults->cleared[endpoint];
	if (endpoint >= FAULT_ENDPOINTS)
		return;
	for (fault = faults->list; fault; fault = fault->next)
		if (concerns(fault, endpoint, FAULT_HEADER) ||
			concerns(fault, FAULT_ALL, FAULT_HEADER))
		{
			take(fault);
			add_to_plan(request, fault);
		}
	fault = fault_for(faults, endpoint, FAULT_WIRE);
	if (fault)
	{
		take(fault);
		request->wire = fault->kind->wire;
		request->wire_number = fault->number;
	}

	/*
	 * This fault is added last, so it comes first in the plan: faults of
	 * headers add to its reply.
	 */
	fault = fault_for(faults, endpoint, FAULT_ANSWER);
	if (fault)
	{
		take(fault);
		add_to_plan(request, fault);
	}
}

void
faults_apply(Request *request, Reply *reply)
{
	for (Fault *fault = request->faults; fault; fault = fault->next)
	{
		if (fault->kind->class == FAULT_ANSWER)
			fault->kind->answer(fault, request, reply);
		else
		{
			char	   *name = xstrdup(fault->value);
			char	   *value = strchr(name, ':');

			*value++ = '\0';
			value += strspn(value, " \t");
			reply_header(reply, name, value);
			free(name);
		}
	}
}

void
faults_forget(Request *request)
{
	free_list(&request->faults);
}

bool
faults_were_cleared(const Faults *faults, const Request *request)
{
	return faults->cleared[request->endpoint] != request->cleared;
}

/*-------------------------------------------------------------------------
 *
 * faults.h
 *	  answers and connections that go wrong on request
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_FAULTS_H
#define HC_FAULTS_H

#include "faults/fault.h"

typedef struct Faults
{
	Fault	   *list;

	/*
	 * counts clearings: a request from before the last one has no fault any
	 * more
	 */
	unsigned int cleared[EP_COUNT];
} Faults;

extern bool faults_add(Faults *faults, const char *spec, Error *err);
extern bool faults_clear(Faults *faults, const char *endpoint, Error *err);
extern void faults_free(Faults *faults);
extern json_t *faults_describe(const Faults *faults);

/* Connections: is such a fault in force?  The second counts a hit, too. */
extern bool faults_active(const Faults *faults, FaultClass class);
extern bool faults_take(Faults *faults, FaultClass class);

/* For requests: plan once, apply to the reply later, forget at the end. */
extern void faults_plan(Faults *faults, Request *request);
extern void faults_apply(Request *request, Reply *reply);
extern void faults_forget(Request *request);
extern bool faults_were_cleared(const Faults *faults, const Request *request);

#endif							/* HC_FAULTS_H */

/*-------------------------------------------------------------------------
 *
 * unit_rate_limit.c
 *		Unit tests of rate_limit.c.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rate_limit.h"
#include "unit.h"

#define S		RATE_LIMIT_INTERVAL
#define T0		(INT64_C(800000000) * S)	/* some time of day */

/* How many are permitted at this time; takes all of them. */
static int
drain(RateLimit *limit, int64_t now)
{
	int			n = 0;

	while (n < 1000 && rate_limit_take(limit, S, now))
		n++;
	return n;
}

void
test_rate_limit(void)
{
	RateLimit	limit;
	int			n;

	memset(&limit, 0, sizeof(limit));
	ok(drain(&limit, T0) == 16, "a burst of 16");
	ok(!rate_limit_take(&limit, S, T0), "and no more at once");
	ok(!rate_limit_take(&limit, S, T0 + S - 1), "none just before");
	ok(drain(&limit, T0 + S) == 1, "one after a second");
	ok(drain(&limit, T0 + 4 * S) == 3, "three after three more");
	ok(drain(&limit, T0 + 1000 * S) == 16, "never more than 16");

	/* asked 10 times a second for 100 s */
	memset(&limit, 0, sizeof(limit));
	n = 0;
	for (int i = 0; i < 1000; i++)
		n += rate_limit_take(&limit, S, T0 + i * (S / 10)) ? 1 : 0;
	ok(n == 16 + 99, "16 and one a second, however often asked");

	memset(&limit, 0, sizeof(limit));
	ok(drain(&limit, T0) == 16, "a burst once more");
	ok(drain(&limit, T0 - 3600 * S) == 0,
	   "a clock set back permits nothing at first");
	ok(drain(&limit, T0 - 3600 * S + 3 * S) == 3,
	   "and then one a second");

	/* the interval changes, as help centers come and go */
	memset(&limit, 0, sizeof(limit));
	ok(drain(&limit, T0) == 16, "a burst at one a second");
	ok(!rate_limit_take(&limit, S / 4, T0), "at four a second there is no other");
	ok(rate_limit_take(&limit, S / 4, T0 + S / 4), "but one after a quarter of a second");
	ok(drain(&limit, T0 + 1000 * S) == 16, "and at one a second a burst again");
}

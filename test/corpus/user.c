/*-------------------------------------------------------------------------
 *
 * user.c
 *		Who the user is: an accepted token without a valid userId shows no rows.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/* userId is JSON; user_id "" when it names nobody */
static void
user(const char *id, const char *user_id)
{
	emit(.name = id,.verdict = PASS,.user_id = user_id,
		 .token = token_with_payload(payload(string(format("\"userId\":%s", id)))));
}

void
make_user(void)
{
	static const char *const nobody[] = {
		"null", "true", "false", "\"\"", "\"" USER_ID "\"", "\"admin\"", "[]", "[" USER_ID "]",
		"{}", "{\"id\":" USER_ID "}", USER_ID ".0", USER_ID ".5", USER_ID ".000000",
		"9223372036854775808", "-9223372036854775809", "1e19", "1e39", "0.1", "1e-1",
		"3778414320740e-1", "18446744451550983690", "377841432074.0000000001"
	};

	user(USER_ID, USER_ID);
	user("1", "1");
	user("0", "0");
	user("-0", "0");
	user("-1", "-1");
	user("9223372036854775807", "9223372036854775807");
	user("-9223372036854775808", "-9223372036854775808");
	user("9007199254740993", "9007199254740993");
	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		user(nobody[i], "");

	emit(.name = "missing",.verdict = PASS,.user_id = "",
		 .token = token_with_payload(replace(payload(""), "userId", "user_id")));
	emit(.name = "of another case",.verdict = PASS,.user_id = "",
		 .token = token_with_payload(replace(payload(""), "userId", "userid")));
	emit(.name = "nested",.verdict = PASS,.user_id = "",
		 .token = token_with_payload(replace(payload(""), "\"userId\":" USER_ID,
											 "\"user\":{\"userId\":" USER_ID "}")));
	emit(.name = "sub is not userId",.verdict = PASS,.user_id = "",
		 .token = token_with_payload(replace(payload(""), "userId", "sub")));
	emit(.name = "escaped name",.verdict = PASS,
		 .token = token_with_payload(replace(payload(""), "\"userId\"",
											 "\"\\u0075ser\\u0049d\"")));
}

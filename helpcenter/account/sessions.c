/*-------------------------------------------------------------------------
 *
 * sessions.c
 *	  browser sessions: who is signed in, and the CSRF token
 *
 * Sessions live in memory, end when unused for a time, and are limited in
 * number.  The server keeps and compares only a cookie's digest, so neither
 * the time of a comparison nor a core file tells the cookie.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "account/sessions.h"

void
sessions_init(Sessions *sessions, int64_t idle_seconds)
{
	memset(sessions, 0, sizeof(*sessions));
	sessions->list = xalloc(SESSION_MAX * sizeof(Session));
	sessions->idle_ms = idle_seconds * 1000;
}

void
sessions_free(Sessions *sessions)
{
	for (int i = 0; i < sessions->count; i++)
		free(sessions->list[i].csrf_token);
	free(sessions->list);
	memset(sessions, 0, sizeof(*sessions));
}

void
session_end(Sessions *sessions, Session *session)
{
	free(session->csrf_token);
	*session = sessions->list[--sessions->count];
}

static void
end_expired(Sessions *sessions, int64_t now)
{
	for (int i = 0; i < sessions->count;)
	{
		if (now - sessions->list[i].last_used > sessions->idle_ms)
			session_end(sessions, &sessions->list[i]);
		else
			i++;
	}
}

/*
 * Ends an anonymous session before one of a user: a flood of anonymous visitors
 * signs nobody out.
 */
static void
end_least_needed(Sessions *sessions)
{
	Session    *victim = &sessions->list[0];

	for (int i = 1; i < sessions->count; i++)
	{
		Session    *session = &sessions->list[i];
		bool		victim_anonymous = victim->user_id == 0;
		bool		anonymous = session->user_id == 0;

		if (anonymous != victim_anonymous ? anonymous :
			session->last_used < victim->last_used)
			victim = session;
	}
	session_end(sessions, victim);
}

Session *
session_find(Sessions *sessions, const char *cookie)
{
	int64_t		now = monotonic_ms();
	Digest		id = sha256_str(cookie);

	end_expired(sessions, now);
	for (int i = 0; i < sessions->count; i++)
		if (digest_equal(&sessions->list[i].id, &id))
		{
			sessions->list[i].last_used = now;
			return &sessions->list[i];
		}
	return NULL;
}

/* Starts a session.  *cookie is for the browser; the caller frees it. */
Session *
session_start(Sessions *sessions, int64_t user_id, char **cookie)
{
	Session    *session;

	end_expired(sessions, monotonic_ms());
	if (sessions->count == SESSION_MAX)
		end_least_needed(sessions);
	*cookie = random_token(32);
	session = &sessions->list[sessions->count++];
	session->id = sha256_str(*cookie);
	session->csrf_token = random_token(25);
	session->csrf_token[CSRF_TOKEN_LEN] = '\0';
	session->user_id = user_id;
	session->last_used = monotonic_ms();
	return session;
}

bool
session_check_csrf(const Session *session, const char *token)
{
	Digest		have = sha256_str(session->csrf_token);
	Digest		given = sha256_str(token);

	return digest_equal(&have, &given);
}

/*-------------------------------------------------------------------------
 *
 * outcome.c
 *		What a fetch can come to, and its words in hcjwt.fetch_state and
 *		hcjwt.status.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "refresh/outcome.h"

typedef struct OutcomeWords
{
	const char *word;
	const char *state;
	const char *advice;
} OutcomeWords;

#define THE_WORKER_FAILED \
	"The worker failed: see last_error and the server's log; the library hcjwt_http and libcurl must be installed."

static const OutcomeWords words[] = {
	[FETCH_OK] = {"ok", "worker", THE_WORKER_FAILED},
	[FETCH_NOT_MODIFIED] = {"not_modified", "worker", THE_WORKER_FAILED},
	[FETCH_PLAN] = {"plan", "plan",
	"The help center's plan has no help center JWTs (Guide Enterprise and Suite Enterprise have), or this is not its URL."},
	[FETCH_HTTP] = {"http", NULL, NULL},
	[FETCH_BAD_SET] = {"bad_set", "bad set",
	"What is at the URL is no JWK Set with a usable key: check keys_url in hcjwt.help_centers."},
	[FETCH_TOO_LARGE] = {"too_large", "bad set",
	"What is at the URL is larger than any JWK Set may be: check keys_url in hcjwt.help_centers."},
	[FETCH_BAD_URL] = {"bad_url", "URL not permitted",
	"The settings do not permit the URL: see last_error, correct the URL or the setting, and reload."},
	[FETCH_DNS] = {"dns", "DNS",
	"The host of the URL cannot be resolved: correct the URL, or this server's DNS."},
	[FETCH_CONNECT] = {"connect", "connect",
	"Nobody answers at the host and port of the URL: check the URL, the firewall and hcjwt.proxy."},
	[FETCH_TLS] = {"tls", "TLS",
	"The certificate is not accepted: check the URL's host and this server's clock and CA certificates; a private CA must be in hcjwt.ca_file."},
	[FETCH_TIMEOUT] = {"timeout", "timeout",
	"The answer takes longer than 10 s: check the network and hcjwt.proxy."},
	[FETCH_CUT] = {"cut", "connection cut",
	"The connection breaks off: check the network and hcjwt.proxy."},
	[FETCH_FAILED] = {"failed", "worker", THE_WORKER_FAILED},
	[FETCH_STORE] = {"store", "store",
	"The keys came but could not be stored: see last_error and the server's log."}
};

const char *
outcome_word(FetchOutcome outcome)
{
	return words[outcome].word;
}

FetchOutcome
outcome_of_word(const char *word)
{
	for (int i = 0; i < lengthof(words); i++)
		if (word != NULL && strcmp(words[i].word, word) == 0)
			return (FetchOutcome) i;
	return FETCH_FAILED;
}

const char *
outcome_state(FetchOutcome outcome, int http_status)
{
	return outcome == FETCH_HTTP ? psprintf("HTTP %d", http_status) : words[outcome].state;
}

static const char *
http_advice(int status)
{
	if (status == 401)
		return "The keys must be readable without signing in: check the URL, and who may reach the help center.";
	if (status == 403)
		return "The keys must be readable without signing in: check the URL, and who may reach the help center. An account that restricts access to some IP addresses must let this server in, too.";
	if (status == 429)
		return "The help center asks for fewer requests: the fetcher waits as long as it says.";
	if (status >= 500)
		return "The help center has a fault of its own: the fetcher tries again.";
	return "This is not where the keys are: check keys_url in hcjwt.help_centers; redirects are not followed.";
}

const char *
outcome_advice(FetchOutcome outcome, int http_status)
{
	return outcome == FETCH_HTTP ? http_advice(http_status) : words[outcome].advice;
}

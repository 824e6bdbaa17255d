/*-------------------------------------------------------------------------
 *
 * main.c
 *		hcjwt-corpus: hostile tokens and key sets, each with its verdict.
 *
 * Writes tokens.tsv, sets.tsv and setup.sql, made for PostgreSQL's COPY and for
 * psql; t/060_corpus.pl says what their columns are.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

long long	now;
int			listener_port = 9;

static FILE *tokens_file;
static FILE *sets_file;
static FILE *setup_file;
static const char *class;

static const struct
{
	const char *name;
	void		(*make) (void);
}			classes[] = {
	{"good", make_good},
	{"alg", make_alg},
	{"hmac", make_hmac},
	{"embedded", make_embedded},
	{"crit", make_crit},
	{"kid", make_kid},
	{"typ", make_typ},
	{"signature", make_signature},
	{"padding", make_padding},
	{"der", make_der},
	{"cubic", make_cubic},
	{"base64", make_base64},
	{"json", make_json},
	{"unicode", make_unicode},
	{"duplicates", make_duplicates},
	{"numbers", make_numbers},
	{"dates", make_dates},
	{"audience", make_audience},
	{"origin", make_origin},
	{"shape", make_shape},
	{"centers", make_centers},
	{"user", make_user},
	{"two tokens", make_two_tokens},
	{"jwk", make_jwk},
	{"jwks", make_jwks}
};

/* By table 3-7 of the Unicode standard. */
static bool
is_utf8(Bytes b)
{
	size_t		i = 0;

	while (i < b.len)
	{
		uint8_t		c = b.data[i++];
		uint8_t		low = 0x80;
		uint8_t		high = 0xBF;
		int			more;

		if (c < 0x80)
			continue;
		if (c >= 0xC2 && c <= 0xDF)
			more = 1;
		else if (c >= 0xE0 && c <= 0xEF)
			more = 2;
		else if (c >= 0xF0 && c <= 0xF4)
			more = 3;
		else
			return false;
		if (c == 0xE0)
			low = 0xA0;
		if (c == 0xED)
			high = 0x9F;
		if (c == 0xF0)
			low = 0x90;
		if (c == 0xF4)
			high = 0x8F;
		for (; more > 0; more--, low = 0x80, high = 0xBF)
			if (i == b.len || b.data[i] < low || b.data[i++] > high)
				return false;
	}
	return true;
}

/* In ASCII, as COPY reads it. */
static void
put_text(FILE *file, const char *value)
{
	for (; *value; value++)
	{
		uint8_t		c = (uint8_t) *value;

		if (c < 0x20 || c > 0x7E)
			fprintf(file, "\\\\x%02x", c);
		else if (c == '\\')
			fputs("\\\\", file);
		else
			fputc(c, file);
	}
}

static void
put_field(FILE *file, const char *value)
{
	fputc('\t', file);
	if (value != NULL)
		put_text(file, value);
	else
		fputs("\\N", file);
}

static void
put_name(FILE *file, const char *name)
{
	put_text(file, string(format("%s/%s", class, name)));
	put_field(file, class);
}

static void
put_bytes(FILE *file, Bytes b, bool null)
{
	fprintf(file, "\t%s%s", null ? "\\N" : "\\\\x", null ? "" : string(hex(b)));
}

void
emit_case(Case c)
{
	bool		nul = memchr(c.token.data, 0, c.token.len) != NULL;
	const char *latin1 = c.latin1 ? c.latin1 : c.verdict;
	const char *sql_ascii = c.sql_ascii ? c.sql_ascii : c.verdict;
	const char *utf8 = c.verdict;
	bool		pass = strcmp(c.verdict, PASS) == 0;
	const char *user_id = c.user_id ? c.user_id : USER_ID;

	if (nul)
		utf8 = latin1 = sql_ascii = "22021 text";
	else if (!is_utf8(c.token))
		utf8 = "22021 text";
	if (!pass)
		must(c.from != NULL, "a refused case without its accepted one");

	put_name(tokens_file, c.name);
	put_field(tokens_file, utf8);
	put_field(tokens_file, latin1);
	put_field(tokens_file, sql_ascii);
	put_field(tokens_file, c.center);
	put_field(tokens_file, user_id[0] ? user_id : NULL);
	put_field(tokens_file, c.from);
	put_bytes(tokens_file, c.token, false);
	fputc('\n', tokens_file);
}

void
refused(const char *name, const char *verdict, const char *from, Bytes refused_token)
{
	emit(.name = name,.verdict = verdict,.from = from,
		 .token = refused_token);
}

void
accepted(const char *name, Bytes accepted_token)
{
	emit(.name = name,.verdict = PASS,.token = accepted_token);
}

void
emit_set_case(SetCase c)
{
	put_name(sets_file, c.name);
	put_field(sets_file, c.verdict);
	put_field(sets_file, c.latin1 ? c.latin1 : c.verdict);
	put_field(sets_file, c.sql_ascii ? c.sql_ascii : c.verdict);
	put_field(sets_file, c.token_verdict);
	put_bytes(sets_file, c.set, false);
	put_bytes(sets_file, c.token, c.token_verdict == NULL);
	fputc('\n', sets_file);
}

void
setup(Bytes sql)
{
	fprintf(setup_file, "%s;\n", string(sql));
}

static FILE *
open_output(const char *directory, const char *name)
{
	FILE	   *file = fopen(string(format("%s/%s", directory, name)), "w");

	must(file != NULL, "cannot write to the directory of the corpus");
	return file;
}

static void
usage(FILE *file)
{
	fputs("usage: hcjwt-corpus --keys DIR --out DIR [--listener PORT] [--now SECONDS]\n"
		  "\n"
		  "Writes tokens.tsv, sets.tsv and setup.sql to the directory --out.  Private\n"
		  "keys are made and kept in --keys.  Tokens that bring the URL of a key set\n"
		  "name the local PORT, where somebody should listen for whom they bring.\n",
		  file);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"keys", required_argument, NULL, 'k'},
		{"out", required_argument, NULL, 'o'},
		{"listener", required_argument, NULL, 'l'},
		{"now", required_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}
	};
	const char *keys = NULL;
	const char *out = NULL;
	int			option;

	now = (long long) time(NULL);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
	{
		switch (option)
		{
			case 'k':
				keys = optarg;
				break;
			case 'o':
				out = optarg;
				break;
			case 'l':
				listener_port = atoi(optarg);
				break;
			case 'n':
				now = atoll(optarg);
				break;
			case 'h':
				usage(stdout);
				return 0;
			default:
				usage(stderr);
				return 2;
		}
	}
	if (keys == NULL || out == NULL || optind != argc)
	{
		usage(stderr);
		return 2;
	}

	keys_kept_in(keys);
	tokens_file = open_output(out, "tokens.tsv");
	sets_file = open_output(out, "sets.tsv");
	setup_file = open_output(out, "setup.sql");
	make_setup();
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
	{
		class = classes[i].name;
		classes[i].make();
	}
	must(fclose(tokens_file) == 0 && fclose(sets_file) == 0 &&
		 fclose(setup_file) == 0, "cannot write the corpus");
	return 0;
}

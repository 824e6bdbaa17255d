/*-------------------------------------------------------------------------
 *
 * pages.c
 *	  the help center's pages: home, sign-in, sign-out, and the theme
 *
 * html_text() escapes all text that comes from outside, and a content security
 * policy allows the theme's script alone.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/auth.h"
#include "pages/form.h"
#include "pages/pages.h"
#include "pages/theme.h"

#define HOME "/hc/en-us"
#define SCRIPT_MAX (1024 * 1024)
#define FORM_TYPE "application/x-www-form-urlencoded"

void
page_root(Request *request, Reply *reply)
{
	reply_redirect(reply, 302, HOME);
}

/* A content security policy that lets the theme call the API, if there is one. */
static void
add_policy(const HelpCenter *center, Reply *reply)
{
	Buf			policy = {0};

	buf_str(&policy, "default-src 'none'; script-src 'self'; "
			"style-src 'self'; connect-src 'self'");
	if (center->api_url)
	{
		const char *host = strstr(center->api_url, "://") + 3;

		buf_str(&policy, " ");
		buf_add(&policy, center->api_url,
				host - center->api_url + strcspn(host, "/"));
	}
	buf_str(&policy, "; form-action 'self'; base-uri 'none'; "
			"frame-ancestors 'none'");
	reply_header(reply, "Content-Security-Policy", policy.data);
	buf_free(&policy);
}

static void
add_meta(Buf *page, const char *name, const char *content)
{
	buf_printf(page, "<meta name=\"%s\" content=\"", name);
	html_text(page, content);
	buf_str(page, "\">\n");
}

static void
add_csrf(Buf *page, const Session *session)
{
	buf_str(page, "<input type=\"hidden\" name=\"authenticity_token\" "
			"value=\"");
	html_text(page, session->csrf_token);
	buf_str(page, "\">\n");
}

/* The name of the user and the sign-out button, or the link to sign in. */
static void
add_visitor(Request *request, Buf *page, const User *user)
{
	if (user == NULL)
	{
		buf_str(page, "<a href=\"" HOME "/signin\">Sign in</a>\n");
		return;
	}
	buf_str(page, "<form method=\"post\" action=\"" HOME "/signout\">\n"
			"<span id=\"user\">");
	html_text(page, user->name);
	buf_printf(page, " (%s)</span>\n", role_name(user->role));
	add_csrf(page, request_session(request));
	buf_str(page, "<button>Sign out</button>\n</form>\n");
}

static void
begin_page(Request *request, Reply *reply, const char *title,
		   const User *user)
{
	const HelpCenter *center = request->center;
	Buf		   *page = &reply->body;

	reply->status = 200;
	reply->content_type = "text/html; charset=utf-8";
	reply_header(reply, "Cache-Control", "no-store");
	reply_header(reply, "Referrer-Policy", "same-origin");
	add_policy(center, reply);
	buf_reset(page);
	buf_str(page, "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n"
			"<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" "
			"content=\"width=device-width, initial-scale=1\">\n");
	add_meta(page, "help-center-origin",
			 request->brand->origin ? request->brand->origin :
			 center->base_url);
	if (center->api_url)
		add_meta(page, "api-url", center->api_url);
	buf_printf(page, "<title>%s</title>\n"
			   "<link rel=\"stylesheet\" href=\"/hc/theme/style.css\">\n"
			   "<script src=\"/hc/visitor.js\"></script>\n"
			   "<script src=\"/hc/theme/script.js\" defer></script>\n"
			   "</head>\n<body>\n<header>\n"
			   "<a class=\"name\" href=\"" HOME "\">Help Center</a>\n",
			   title);
	add_visitor(request, page, user);
	buf_str(page, "</header>\n<main>\n");
}

static void
end_page(Request *request, Reply *reply)
{
	Buf		   *page = &reply->body;

	buf_str(page, "</main>\n<footer>A stand-in help center for development, "
			"at ");
	html_text(page, request->center->base_url);
	buf_str(page, "</footer>\n</body>\n</html>\n");
}

/* Pages are for browsers: only the session tells who the user is. */
static const User *
page_user(Request *request)
{
	const Session *session = request_session(request);
	const User *user = session ?
		users_by_id(&request->center->users, session->user_id) : NULL;

	if (user == NULL || user->suspended ||
		request_header(request, "Authorization"))
		return NULL;
	request->user_id = user->id;
	return user;
}

static void
add_error(Buf *page, const char *error)
{
	if (error)
		buf_printf(page, "<p role=\"alert\" id=\"error\">%s</p>\n", error);
}

/* A part of the page that the theme's script fills, and its button. */
static void
add_panel(Buf *page, const char *id, const char *title, const char *about,
		  const char *button)
{
	buf_printf(page, "<section aria-labelledby=\"%s-title\">\n"
			   "<h2 id=\"%s-title\">%s</h2>\n%s<div id=\"%s\"></div>\n"
			   "<button aria-controls=\"%s\">%s</button>\n</section>\n",
			   id, id, title, about, id, id, button);
}

static void
home(Request *request, Reply *reply, const User *user, const char *error)
{
	Buf		   *page = &reply->body;

	begin_page(request, reply, "Help Center", user);
	add_error(page, error);
	buf_str(page, "<h1>How can we help?</h1>\n");
	if (user == NULL)
		buf_str(page, "<p>You are an anonymous visitor, and anonymous visitors "
				"get no token.\n"
				"<a href=\"" HOME "/signin\">Sign in</a> to see yours.</p>\n");
	else
	{
		buf_str(page, "<noscript><p>This page needs JavaScript.</p></noscript>\n");
		if (request->center->api_url)
			add_panel(page, "orders", "My orders", "", "Reload orders");
		add_panel(page, "claims", "Your token's claims",
				  "<p>The theme's script fetches the token from "
				  "<code>/api/v2/help_center/integration/token</code>.</p>\n",
				  "New token");
	}
	end_page(request, reply);
}

void
page_home(Request *request, Reply *reply)
{
	home(request, reply, page_user(request), NULL);
}

/* An error as a page, for people; programs get reply_error(). */
void
page_error(Request *request, Reply *reply, int status)
{
	begin_page(request, reply, "Error", page_user(request));
	buf_printf(&reply->body, "<h1>%s (%d)</h1>\n"
			   "<p><a href=\"" HOME "\">Go to the start page</a></p>\n",
			   status == 404 ? "There is no such page" :
			   "This page cannot be shown", status);
	end_page(request, reply);
	reply->status = status;
}

static void
sign_in_form(Request *request, Reply *reply, const char *email,
			 const char *error)
{
	Session    *session = request_session(request);
	Buf		   *page = &reply->body;

	if (session == NULL)
		session = request_session_start(request, reply, 0);
	begin_page(request, reply, error ? "Error: Sign in" : "Sign in", NULL);
	buf_str(page, "<h1>Sign in</h1>\n");
	add_error(page, error);
	buf_str(page, "<form method=\"post\" action=\"" HOME "/signin\">\n");
	add_csrf(page, session);
	buf_str(page, "<label for=\"email\">Email</label>\n"
			"<input id=\"email\" name=\"email\" type=\"email\" required "
			"autocomplete=\"username\" value=\"");
	html_text(page, email);
	buf_str(page, "\">\n<label for=\"password\">Password</label>\n"
			"<input id=\"password\" name=\"password\" type=\"password\" "
			"required autocomplete=\"current-password\"");

	/* focus the field to correct, and let screen readers read the error there */
	if (error)
		buf_str(page, " autofocus aria-describedby=\"error\"");
	buf_str(page, ">\n<button>Sign in</button>\n</form>\n");
	end_page(request, reply);
	if (error)
		reply->status = 403;
}

void
page_sign_in(Request *request, Reply *reply)
{
	sign_in_form(request, reply, "", NULL);
}

/* Did a page of this session send the form? */
static bool
form_genuine(Request *request)
{
	const char *type = request_header(request, "Content-Type");
	Session    *session = request_session(request);
	char	   *token = form_value(&request->body, "authenticity_token");
	bool		genuine = type && session && token &&
		strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) == 0 &&
		session_check_csrf(session, token);

	free(token);
	return genuine;
}

/* Signing in starts a new session, so the cookie from before is useless. */
void
page_sign_in_post(Request *request, Reply *reply)
{
	static const User nobody;
	char	   *email = form_value(&request->body, "email");
	char	   *password = form_value(&request->body, "password");
	const User *user = email ?
		users_by_email(&request->center->users, email) : NULL;
	bool		known = user_check_password(user ? user : &nobody,
											password ? password : "");

	if (!form_genuine(request))
		sign_in_form(request, reply, email ? email : "",
					 "Your session has expired. Please try again.");
	else if (!known || user->suspended)
		sign_in_form(request, reply, email ? email : "",
					 "That email and password do not fit.");
	else
	{
		request_session_end(request, reply);
		request_session_start(request, reply, user->id);
		request->user_id = user->id;
		reply_redirect(reply, 303, HOME);
	}
	free(email);
	free(password);
}

void
page_sign_out_post(Request *request, Reply *reply)
{
	const User *user = page_user(request);

	if (form_genuine(request))
		request_session_end(request, reply);
	else if (user)
	{
		home(request, reply, user, "You are still signed in: that page was "
			 "out of date. Please sign out here.");
		reply->status = 403;
		return;
	}
	reply_redirect(reply, 303, HOME);
}

static void
static_file(Reply *reply, const char *type, const char *text)
{
	reply->status = 200;
	reply->content_type = type;
	reply_header(reply, "Cache-Control", "no-cache");
	buf_str(&reply->body, text);
}

/*
 * window.HelpCenter.user: the members that Guide gives a theme's script, as
 * far as we know them.
 */
void
page_visitor(Request *request, Reply *reply)
{
	static const char *const role[] = {
		[ROLE_END_USER] = "end_user",
		[ROLE_AGENT] = "agent",
		[ROLE_ADMIN] = "manager",
	};
	const User *user = page_user(request);
	json_t	   *visitor = json_pack("{s:{s:s?, s:s, s:s}}", "user",
									"email", user ? user->email : NULL,
									"name", user ? user->name : "",
									"role", user ? role[user->role] : "anonymous");
	char	   *text = json_dumps(visitor, JSON_COMPACT);

	reply->status = 200;
	reply->content_type = "text/javascript; charset=utf-8";
	reply_header(reply, "Cache-Control", "no-store");
	buf_printf(&reply->body, "window.HelpCenter = %s;\n", text);
	free(text);
	json_decref(visitor);
}

/*
 * Reads the developer's script at each request, so a reload shows what was
 * changed. Why it cannot be read is shown in the browser's console.
 */
void
page_script(Request *request, Reply *reply)
{
	const char *file = request->center->theme_script;
	Error		err;

	static_file(reply, "text/javascript; charset=utf-8",
				file ? "" : theme_script_js);
	if (file && !file_read(file, SCRIPT_MAX, &reply->body, &err))
	{
		json_t	   *why = json_string(err.text);
		char	   *text = json_dumps(why, JSON_ENCODE_ANY);

		buf_reset(&reply->body);
		buf_printf(&reply->body, "console.error(%s);\n", text ? text : "");
		free(text);
		json_decref(why);
	}
}

void
page_style(Request *request, Reply *reply)
{
	static_file(reply, "text/css; charset=utf-8", theme_style_css);
}

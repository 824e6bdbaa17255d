/*
 * help-center-api.js: calls your API from a help center's theme, as the visitor.
 *
 *     const response = await helpCenterApi("https://api.example.com/orders");
 *     const response = await helpCenterApi(url, {
 *       method: "POST",
 *       headers: { "Content-Type": "application/json" },
 *       body: JSON.stringify({ item: "Teapot" }),
 *     });
 *
 * It takes what fetch() takes, and two more: timeout, in milliseconds for each
 * request and the body of its answer (default 10000); and header, the name of the
 * header that carries the token (default "Authorization", and then its value is
 * "Bearer TOKEN").  It resolves to the API's Response, whatever its status, and
 * rejects with an Error whose name is
 *
 *     "TokenError"      the help center neither gives a token nor says that nobody is
 *                       signed in; status: its answer's, 0: none
 *     "VisitorError"    somebody else has signed in, in another tab: reload the page
 *     "TimeoutError"    no answer of the API in time
 *     "AbortError"      the caller's signal; or, when the body is read, the time is over
 *     "TypeError"       no connection, or no CORS headers: what fetch() throws
 *
 * helpCenterApi.token() is the token itself, or null; newToken() is one that is new.
 *
 * Somebody who is not signed in calls the API without a token: anonymously.  A body
 * must be one that can be sent twice, so no stream.
 *
 * Paste it at the top of the theme's script.js: docs/theme.md of hcjwt tells the rest.
 * ES2017, without dependencies; helpCenterApi is the one name it adds.
 */
var helpCenterApi = helpCenterApi || (function () { /* once, however often it is pasted */
  "use strict";

  /* the second is of the early-access programme */
  var PATHS = [
    "/api/v2/help_center/integration/token",
    "/hc/api/v2/integration/token",
  ];
  var TIMEOUT = 10000;
  var LONGEST = 0x7fffffff; /* a longer timer fires at once */
  var EARLY = 10000; /* before it lapses, a token is not used any more */
  var PAUSE = 60000; /* no Retry-After holds longer */

  var token = null;
  var lapses = 0; /* when, by this browser's clock */
  var visitor; /* whose tokens this page has had */
  var flight = null; /* the request for a token that is under way */
  var refusal = null; /* an error, until the help center may be asked again */
  var path = PATHS[0]; /* the one that answered */

  const failed = (name, message, more) =>
    Object.assign(new Error(message), { name }, more);

  const tokenError = (message, status) => failed("TokenError", message, { status });

  /*
   * work(signal), but not for ever: until the time is over, with the error of late(),
   * or until the caller gives up.  What is still under way is aborted then, and so is
   * the reading of a body.
   */
  function inTime(work, outer, timeout, late) {
    const controller = new AbortController();

    return new Promise((resolve, reject) => {
      const end = (error) => {
        reject(error);
        controller.abort(error);
      };
      const giveUp = () =>
        end(outer.reason || new DOMException("aborted", "AbortError"));

      setTimeout(() => {
        if (outer) outer.removeEventListener("abort", giveUp);
        end(late());
      }, Math.min(timeout, LONGEST));
      if (outer && outer.aborted) {
        giveUp();
        return;
      }
      if (outer) outer.addEventListener("abort", giveUp);
      work(controller.signal).then(resolve, reject);
    });
  }

  /* What Guide told the page when it was loaded. */
  function isAnonymous() {
    const user = window.HelpCenter && window.HelpCenter.user;
    return Boolean(user) && user.role === "anonymous";
  }

  /* An object, or null. */
  function parse(json) {
    try {
      const value = JSON.parse(json);
      return typeof value === "object" && !Array.isArray(value) ? value : null;
    } catch (error) {
      return null;
    }
  }

  /*
   * What a token says of itself: how long it is good, and whose it is.  It is the API's
   * to judge it.
   */
  function claimsOf(jwt) {
    try {
      return parse(atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))) || {};
    } catch (error) {
      return {};
    }
  }

  /* In milliseconds.  Only a number of seconds is heeded: a date needs a right clock. */
  function pauseOf(headers) {
    return Math.min(Number(headers.get("Retry-After")) * 1000 || 0, PAUSE);
  }

  const unanswered = (why) => tokenError("the help center does not answer: " + why, 0);
  const late = () => unanswered("it takes too long");

  /* A path's answer, read to its end: { status, headers, body }. */
  async function ask(where) {
    const work = async (signal) => {
      /* with the page's own origin, for a <base href> may lead elsewhere */
      const response = await fetch(window.origin + where, {
        credentials: "same-origin",
        cache: "no-store",
        headers: { Accept: "application/json" },
        signal,
      });
      const { status, headers } = response;
      return { status, headers, body: parse(await response.text()) };
    };
    try {
      return await inTime(work, null, TIMEOUT, late);
    } catch (error) {
      throw error.name === "TokenError" ? error : unanswered(error.message);
    }
  }

  /*
   * The token in an answer; null where it says that nobody is signed in (any more), in
   * one of the ways that were seen.  What it does not say so is a mishap: a body that
   * is cut off, a page of somebody in between.
   */
  function tokenIn({ status, headers, body }) {
    /* Cloudflare's challenge says nothing of the session */
    const challenge = headers.has("cf-mitigated");
    if ((status === 401 || status === 403) && !challenge) return null;
    if (status === 200 && body && !body.token) return null;
    if (status === 200 && body && typeof body.token === "string") return body.token;
    if (status === 404) {
      throw tokenError("this help center's plan has no help center JWTs", status);
    }
    const error = tokenError("the help center answered " + status, status);
    const pause = pauseOf(headers);
    if (pause > 0) {
      refusal = error;
      setTimeout(() => {
        refusal = null;
      }, pause);
    }
    throw error;
  }

  async function fetchToken() {
    const began = Date.now();
    let answer = await ask(path);
    if (answer.status === 404) {
      const other = PATHS[path === PATHS[0] ? 1 : 0];
      answer = await ask(other);
      if (answer.status !== 404) path = other;
    }
    const found = tokenIn(answer);
    token = null;
    if (found === null) return null;

    /* by the help center's clock, for ours may be wrong */
    const now = Date.parse(answer.headers.get("Date")) || began;
    const { exp, userId } = claimsOf(found);
    if (visitor && userId && userId !== visitor) {
      throw failed("VisitorError", "somebody else has signed in: reload the page");
    }
    visitor = visitor || userId;
    token = found;
    lapses = began + (Number(exp) * 1000 - now || 0);
    return token;
  }

  /* All who need one wait for the same request. */
  function newToken() {
    if (refusal !== null) return Promise.reject(refusal);
    if (flight === null) {
      flight = fetchToken();
      const landed = () => {
        flight = null;
      };
      flight.then(landed, landed);
    }
    return flight;
  }

  async function currentToken() {
    if (isAnonymous()) return null;
    return token !== null && lapses - EARLY > Date.now() ? token : newToken();
  }

  async function call(url, options) {
    const settings = Object.assign({ credentials: "omit" }, options);
    const given = url instanceof Request ? url : null;
    const outer = settings.signal || (given && given.signal);
    const timeout = settings.timeout || TIMEOUT;
    const name = settings.header || "Authorization";
    const scheme = /^authorization$/i.test(name) ? "Bearer " : "";
    delete settings.timeout;
    delete settings.header;

    const send = (jwt) => {
      const headers = new Headers(settings.headers || (given ? given.headers : {}));
      if (jwt !== null) headers.set(name, scheme + jwt);
      return inTime(
        (signal) =>
          /* a Request's body can be sent once, a clone's once more */
          fetch(given ? given.clone() : url, Object.assign({}, settings, { headers, signal })),
        outer,
        timeout,
        () => failed("TimeoutError", "no answer within " + timeout + " ms")
      );
    };

    const used = await inTime(currentToken, outer, timeout, late);
    const response = await send(used);
    if (response.status !== 401 || used === null) return response;

    /*
     * The token has lapsed, or is older than the keys: once, with a new one.  Somebody
     * else's call may have fetched that meanwhile.
     */
    if (token === used) token = null;
    const fresh = token || (await inTime(newToken, outer, timeout, late));
    return fresh === null ? response : send(fresh);
  }

  /*
   * The browser may keep a page that is left, and show it again, as it was, when the
   * visitor goes back: perhaps after a sign-out.
   */
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) token = null;
  });

  /* For what is no fetch(), such as a socket: the visitor's token, or null. */
  call.token = currentToken;
  call.newToken = async () => newToken();
  return call;
})();

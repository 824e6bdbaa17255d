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
 * request (default 10000); and header, the name of the header that carries the token
 * (default "Authorization", and then its value is "Bearer TOKEN").  It resolves to
 * the API's Response, whatever its status, and rejects with an Error whose name is
 *
 *     "TokenError"      the help center neither gives a token nor says that nobody is
 *                       signed in; status: its answer's, 0: none
 *     "TimeoutError"    no answer in time
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
var helpCenterApi = (function () {
  "use strict";

  /* the second is of the early-access programme */
  var PATHS = [
    "/api/v2/help_center/integration/token",
    "/hc/api/v2/integration/token",
  ];
  var TIMEOUT = 10000;
  var EARLY = 10; /* seconds before it lapses, a token is not used any more */

  var token = null;
  var lapses = 0; /* when, by this browser's clock */
  var flight = null; /* the request for a token that is under way */
  var path = PATHS[0]; /* the one that answered */

  class TokenError extends Error {
    constructor(message, status) {
      super(message);
      this.name = "TokenError";
      this.status = status;
    }
  }

  /* fetch(), but not for ever. */
  async function fetchInTime(url, options, timeout) {
    const controller = new AbortController();
    const outer = options.signal;
    let late = false;
    const abort = () => controller.abort();
    const timer = setTimeout(() => {
      late = true;
      abort();
    }, timeout);

    if (outer) {
      if (outer.aborted) abort();
      outer.addEventListener("abort", abort);
    }
    try {
      return await fetch(
        url,
        Object.assign({}, options, { signal: controller.signal })
      );
    } catch (error) {
      if (!late) throw error;
      const timedOut = new Error("no answer within " + timeout + " ms");
      timedOut.name = "TimeoutError";
      throw timedOut;
    } finally {
      clearTimeout(timer);
      if (outer) outer.removeEventListener("abort", abort);
    }
  }

  /* What Guide told the page when it was loaded. */
  function isAnonymous() {
    const user = window.HelpCenter && window.HelpCenter.user;
    return Boolean(user) && user.role === "anonymous";
  }

  /* How long a token is good, by its own word; it is the API's to judge it. */
  function lifeOf(jwt) {
    try {
      const part = jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
      const claims = JSON.parse(atob(part));
      return Number(claims.exp) || 0;
    } catch (error) {
      return 0;
    }
  }

  /* The answer of a path: a token, null for an anonymous visitor, undefined for "not here". */
  async function ask(where, timeout) {
    let response;
    try {
      response = await fetchInTime(
        where,
        { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } },
        timeout
      );
    } catch (error) {
      throw new TokenError("the help center does not answer: " + error.message, 0);
    }
    const status = response.status;
    if (status === 404) return undefined;
    if (status === 200) {
      const body = await response.json().catch(() => ({}));
      if (body && typeof body.token === "string" && body.token !== "") {
        return body.token;
      }
      return null; /* one way to say that nobody is signed in (any more) */
    }
    if (status === 401 || status === 403) return null; /* the others */
    throw new TokenError("the help center answered " + status, status);
  }

  async function fetchToken(timeout) {
    let found = await ask(path, timeout);
    if (found === undefined) {
      const other = PATHS[path === PATHS[0] ? 1 : 0];
      found = await ask(other, timeout);
      if (found === undefined) {
        throw new TokenError("this help center's plan has no help center JWTs", 404);
      }
      path = other;
    }
    token = found;
    lapses = found === null ? 0 : lifeOf(found);
    return token;
  }

  /* All who need one wait for the same request. */
  function newToken(timeout) {
    if (flight === null) {
      token = null;
      flight = fetchToken(timeout);
      const landed = () => {
        flight = null;
      };
      flight.then(landed, landed);
    }
    return flight;
  }

  function currentToken(timeout) {
    if (isAnonymous()) return Promise.resolve(null);
    if (token !== null && lapses - EARLY > Date.now() / 1000) {
      return Promise.resolve(token);
    }
    return newToken(timeout);
  }

  async function call(url, options) {
    const settings = Object.assign({}, options);
    const timeout = settings.timeout || TIMEOUT;
    const name = settings.header || "Authorization";
    delete settings.timeout;
    delete settings.header;

    const send = (jwt) => {
      const headers = new Headers(settings.headers || {});
      if (jwt !== null) {
        headers.set(name, name === "Authorization" ? "Bearer " + jwt : jwt);
      }
      return fetchInTime(
        url,
        Object.assign({ credentials: "omit" }, settings, { headers }),
        timeout
      );
    };

    const used = await currentToken(timeout);
    const response = await send(used);
    if (response.status !== 401 || used === null) return response;

    /*
     * The token has lapsed, or is older than the keys: once, with a new one.  Somebody
     * else's call may have fetched that meanwhile.
     */
    const fresh = token !== null && token !== used ? token : await newToken(timeout);
    return fresh === null ? response : send(fresh);
  }

  /* For what is no fetch(), such as a socket: the visitor's token, or null. */
  call.token = () => currentToken(TIMEOUT);
  call.newToken = () => newToken(TIMEOUT);
  return call;
})();

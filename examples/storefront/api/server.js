/*
 * HTTP: routes, CORS, and which error is which status.
 *
 * Nothing here looks into a token: the database verifies it, and its policies
 * decide which rows there are.
 */
import http from "node:http";

import { statusOf } from "../../node-pg/status.js";
import { queryAsVisitor } from "../../node-pg/visitor.js";

/* No WHERE: whose orders they are is the policy's business. */
const ORDERS = `
  SELECT id AS "order", item, to_char(placed_on, 'YYYY-MM-DD') AS placed, state
  FROM orders
  ORDER BY id`;

const routes = new Map([["/orders", ORDERS]]);

/* RFC 6750, section 2.1 */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/* An answer other than 200. */
class Refusal extends Error {
  constructor(status, headers = {}) {
    super(http.STATUS_CODES[status]);
    this.status = status;
    this.headers = headers;
  }
}

const challenge = (error) => ({
  "WWW-Authenticate": error ? `Bearer error="${error}"` : "Bearer",
});

/* The request's token, or null: an anonymous visitor. */
function tokenOf(request) {
  const header = request.headers.authorization;
  if (header === undefined) {
    return null;
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) {
    throw new Refusal(401, challenge());
  }
  return token;
}

/* What a refusal says beside its status. */
const MORE = new Map([
  [401, challenge("invalid_token")],
  [503, { "Retry-After": "5" }],
]);

function refusalFor(error) {
  if (error instanceof Refusal) {
    return error;
  }
  const status = statusOf(error);
  return new Refusal(status, MORE.get(status));
}

/* For the log: a message or a detail may quote what was sent, a code does not. */
const codeOf = (error) => error.code ?? error.cause?.code ?? error.name;

/*
 * Exactly the help center's pages may read our answers.  They send the token in
 * a header and no cookie, so there are no credentials to allow.
 */
function setCorsHeaders(request, response, allowedOrigin) {
  response.setHeader("Vary", "Origin");
  if (request.headers.origin !== allowedOrigin) {
    return;
  }
  response.setHeader("Access-Control-Allow-Origin", allowedOrigin);
  response.setHeader("Access-Control-Expose-Headers", "WWW-Authenticate");
  if (request.method === "OPTIONS") {
    response.setHeader("Access-Control-Allow-Methods", "GET");
    response.setHeader("Access-Control-Allow-Headers", "Authorization");
    response.setHeader("Access-Control-Max-Age", "600");
  }
}

async function answer(pool, request, statement) {
  if (statement === undefined) {
    throw new Refusal(404);
  }
  if (request.method === "OPTIONS") {
    throw new Refusal(204);
  }
  if (request.method !== "GET") {
    throw new Refusal(405, { Allow: "GET, OPTIONS" });
  }
  return queryAsVisitor(pool, tokenOf(request), statement);
}

function send(response, status, headers, body) {
  response.writeHead(status, {
    ...headers,
    "Cache-Control": "no-store",
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/* log: called with one line for each request, which never holds a token. */
export function createApi({ pool, allowedOrigin, log }) {
  return http.createServer(async (request, response) => {
    const began = performance.now();
    const path = request.url.split("?", 1)[0];
    const route = routes.get(path);
    let code = "";

    setCorsHeaders(request, response, allowedOrigin);
    try {
      send(response, 200, {}, await answer(pool, request, route));
    } catch (error) {
      const { status, headers, message } = refusalFor(error);
      code = error instanceof Refusal ? "" : ` ${codeOf(error)}`;
      send(
        response,
        status,
        headers,
        status === 204 ? undefined : { error: message },
      );
    }
    log(
      `${request.method} ${route ? path : "-"} ${response.statusCode}${code} ` +
        `${Math.round(performance.now() - began)} ms`,
    );
  });
}

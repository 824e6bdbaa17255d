/*
 * From a request to the settings of its transactions, and from the database's
 * errors to what a client is told.
 */
import { GraphQLError } from "postgraphile/graphql";
import { defaultMaskError, httpError } from "postgraphile/grafserv";

/* RFC 6750, section 2.1 */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

function tokenOf(request) {
  const header = request.headers.authorization;
  if (header === undefined) {
    return "";
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) {
    throw withStatus(401, "Authorization is not a bearer token");
  }
  return token;
}

/*
 * hcjwt verifies the token where a policy first reads a claim.  To verify it
 * before costs a round trip, and makes a refused token an HTTP status instead of
 * an error somewhere in the answer, whatever the query asks for.
 */
export async function settingsFor(request, pool) {
  const token = tokenOf(request);
  if (token !== "") {
    await pool.query("SELECT hcjwt.verify($1)", [token]);
  }
  /* '' is an anonymous visitor; never leave it out */
  return { "hcjwt.token": token };
}

/* An error that PostGraphile answers with that status. */
const withStatus = (statusCode, message) =>
  Object.assign(httpError(statusCode, message), { statusCode });

/* 401: a new token may help, so the theme's script tries again with one. */
export function refuse(error, response) {
  const code = String(error.code ?? "");
  let status = error.statusCode;

  if (code === "28J01" || code === "28J03") {
    status = 401;
  } else if (code.startsWith("28J")) {
    status = 403;
  }
  if (status === undefined) {
    return withStatus(503, "the database is out of reach");
  }
  if (status === 401) {
    response.setHeader("WWW-Authenticate", 'Bearer error="invalid_token"');
  }
  return withStatus(status, error.message);
}

/*
 * Errors while the query runs: the codes of class 28J and of row-level security
 * are for the client to see.  PostGraphile hides, and logs, all others.
 */
export function tellCode(error) {
  const code = String(error.originalError?.code ?? "");

  if (!code.startsWith("28J") && code !== "42501") {
    return defaultMaskError(error);
  }
  return new GraphQLError(code === "42501" ? "not allowed" : error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions: { code },
  });
}

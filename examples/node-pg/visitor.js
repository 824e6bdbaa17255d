/*
 * One request, one transaction, one visitor: pg's pool, with pipeline: true.
 *
 * The connection is given to another visitor after the transaction.  The token ends
 * with the transaction too.  It is a parameter, never part of a statement, for
 * statements are logged.
 */
const AUTHENTICATE = "SELECT hcjwt.authenticate($1)";

/* The pool gave no connection; the cause says why. */
export class Unavailable extends Error {}

async function withClient(pool, work) {
  const client = await pool.connect().catch((cause) => {
    throw new Unavailable("no connection to the database", { cause });
  });
  let broken;
  /* that a connection has broken is told to the queries; here, it would end the program */
  client.on("error", ignore);
  try {
    return await work(client);
  } catch (error) {
    /* a connection that can't even do this is not used again */
    broken = await client.query("ROLLBACK").then(
      () => undefined,
      (why) => why,
    );
    throw error;
  } finally {
    client.release(broken);
    client.off("error", ignore);
  }
}
const ignore = () => {};

/* All must go well; if not, the first error counts: the others follow from it. */
async function inOneFlight(...queries) {
  const results = await Promise.allSettled(queries);
  const failed = results.find(({ status }) => status === "rejected");
  if (failed) {
    throw failed.reason;
  }
  return results.map(({ value }) => value);
}

/*
 * One statement, as the visitor whose token it is, or anonymously when that is null.
 * All four are sent at once.  Where one fails the server refuses the others, and
 * COMMIT rolls back.
 */
export function queryAsVisitor(pool, token, text, values) {
  return withClient(pool, async (client) => {
    const [, , { rows }] = await inOneFlight(
      client.query("BEGIN"),
      client.query(AUTHENTICATE, [token]),
      client.query(text, values),
      client.query("COMMIT"),
    );
    return rows;
  });
}

/* work(client) in a transaction: for several statements, and code between them. */
export function asVisitor(pool, token, work) {
  return withClient(pool, async (client) => {
    await inOneFlight(
      client.query("BEGIN"),
      client.query(AUTHENTICATE, [token]),
    );
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  });
}

/*
 * 401 tells the theme's script to fetch a new token and to try once more.  That
 * helps when this one has expired (28J01), or is older than the keys (28J03).
 * No new token helps against the others of 28J, nor against a policy (42501).
 */
export function statusOf(error) {
  const code = String(error.code ?? "");
  if (code === "28J01" || code === "28J03") return 401;
  if (code.startsWith("28J") || code === "42501") return 403;
  if (/^2[23]/.test(code)) return 400;
  /*
   * Unreachable, overloaded or shut down.  What else class 28 has is about our
   * own login, not the visitor's.
   */
  if (error instanceof Unavailable) return 503;
  if (/^(08|28|53|57P)/.test(code) || /^E[A-Z]+$/.test(code)) return 503;
  /* pg has no code for a connection that ended */
  if (/^Connection terminated/.test(error.message)) return 503;
  return 500;
}

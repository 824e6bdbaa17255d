/*
 * One request, one transaction, one visitor.
 *
 * The connection belongs to PgBouncer, which may give it to another visitor after
 * the transaction.  The token ends with the transaction too.
 */

/* The pool gave no connection; the cause says why. */
export class Unavailable extends Error {}

/*
 * Calls work(client) in a transaction that is authenticated by the token, or
 * anonymous when it is null, and returns what that returns.
 */
export async function asVisitor(pool, token, work) {
  const client = await pool.connect().catch((cause) => {
    throw new Unavailable("no connection to the database", { cause });
  });
  let broken;

  try {
    await client.query("BEGIN");
    /* a parameter, never part of the statement: statements are logged */
    await client.query("SELECT hcjwt.authenticate($1)", [token]);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    /* a connection that can't even do this is not used again */
    broken = await client.query("ROLLBACK").then(
      () => undefined,
      (why) => why,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

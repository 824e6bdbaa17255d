/*
 * One request, one transaction, one visitor, whose token it is, or none: pg's pool, with
 * pipeline: true, and prepare: true where no PgBouncer before 1.21 stands in between.
 */

/* work(client) for several statements.  What it sends before it waits goes along with BEGIN. */
export async function asVisitor(pool, token, work, { commitAtOnce } = {}) {
  const client = await pool.connect();
  const { stream } = client.connection;
  stream.cork(); /* until it waits: one write, and one wakeup of the server, not four */
  const name = pool.options.prepare ? "authenticate" : undefined;
  const authenticate = { name, text: "SELECT hcjwt.authenticate($1)", values: [token] };
  const begun = [client.query("BEGIN"), client.query(authenticate)];
  const done = (async () => work(client))();
  const commit = () => client.query("COMMIT"); /* which rolls back, where a statement has failed */
  const ended = commitAtOnce ? commit() : done.then(commit, () => client.query("ROLLBACK"));
  stream.uncork();
  const results = await Promise.allSettled([...begun, done, ended]);
  client.release(results[3].reason); /* a connection that cannot even do this is lost */
  const failed = results.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason; /* the first error: the others follow from it */
  return results[2].value;
}

/* The rows of one statement, in one round trip. */
export const queryAsVisitor = async (pool, token, ...query) =>
  (await asVisitor(pool, token, (client) => client.query(...query), { commitAtOnce: true })).rows;

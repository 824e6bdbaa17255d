/* One request, one transaction, one visitor: Drizzle, on pg.  It sends one statement at a time. */
import { sql } from "drizzle-orm";

import { Unavailable, statusOf as statusOfPg } from "../node-pg/visitor.js";

/* work(tx) in a transaction that is authenticated by the token, or anonymous when it is null. */
export function asVisitor(db, token, work) {
  return db.transaction(async (tx) => {
    /* a parameter, never part of the statement: statements are logged */
    await tx.execute(sql`SELECT hcjwt.authenticate(${token})`);
    return work(tx);
  });
}

/* A connection that breaks while it is in use emits "error", which else ends the program. */
export function listen(pool) {
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
}

/* Drizzle wraps the driver's errors. */
export function statusOf(error) {
  const cause = error.cause ?? error;
  const lost = /^(Connection|Client|timeout)/i.test(cause.message);
  return statusOfPg(lost && !cause.code ? new Unavailable() : cause);
}

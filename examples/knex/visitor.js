/* One request, one transaction, one visitor: Knex.  It sends one statement at a time. */
import { statusOf as statusOfPg } from "../node-pg/visitor.js";

/* work(trx) in a transaction that is authenticated by the token, or anonymous when it is null. */
export function asVisitor(knex, token, work) {
  return knex.transaction(async (trx) => {
    /* a binding, never part of the statement: statements are logged */
    await trx.raw("SELECT hcjwt.authenticate(?)", [token]);
    return work(trx);
  });
}

/*
 * Knex gives the driver's errors, with the statement before their words, and one of its
 * own where the pool has no connection.
 */
export function statusOf(error) {
  const lost = /connection (terminated|ended)|not queryable/i;
  const away = error.name === "KnexTimeoutError" || lost.test(error.message);
  return away && !error.code ? 503 : statusOfPg(error);
}

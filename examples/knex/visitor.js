/* One request, one transaction, one visitor, whose token it is, or none (null): Knex, on pg. */

/* work(trx) in a transaction.  Knex sends one statement at a time: four round trips. */
export const asVisitor = (knex, token, work) =>
  knex.transaction(async (trx) => {
    await trx.raw("SELECT hcjwt.authenticate(?)", [token]); /* bound: statements are logged */
    return work(trx);
  });

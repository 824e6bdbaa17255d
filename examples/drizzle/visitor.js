/* One request, one transaction, one visitor, whose token it is, or none (null): Drizzle, on pg. */
import { sql } from "drizzle-orm";

/* work(tx) in a transaction.  Drizzle sends one statement at a time: four round trips. */
export const asVisitor = (db, token, work) =>
  db.transaction(async (tx) => {
    try {
      await tx.execute(sql`SELECT hcjwt.authenticate(${token})`); /* bound: statements are logged */
    } catch ({ cause }) {
      throw cause; /* pg's own error, for Drizzle's has the token in its text */
    }
    return work(tx);
  });

/* One request, one transaction, one visitor, whose token it is, or none (null): postgres.js. */

/* The rows of one statement, which statement(sql) makes.  Both are sent at once, between BEGIN and
   COMMIT; where the token is refused the second comes to an aborted transaction. */
export async function queryAsVisitor(sql, token, statement) {
  const [, rows] = await sql.begin((sql) => [
    sql`SELECT hcjwt.authenticate(${token})`, /* a parameter, as all is that stands in ${…} */
    statement(sql),
  ]);
  return rows;
}

/* work(sql), for several statements and code between them. */
export const asVisitor = (sql, token, work) =>
  sql.begin(async (sql) => {
    await sql`SELECT hcjwt.authenticate(${token})`;
    return work(sql);
  });

/*
 * One request, one transaction, one visitor: postgres.js.
 *
 * The token is a parameter, as all is that stands in ${…} of a tagged template.
 */

/*
 * One statement, as the visitor whose token it is, or anonymously when that is null:
 * statement(sql) makes it.  Once both statements are prepared on a connection they go
 * in one flight, between those of BEGIN and COMMIT.  Where the first fails, the second
 * comes to an aborted transaction.
 */
export async function queryAsVisitor(sql, token, statement) {
  const [, rows] = await sql.begin((transaction) => [
    transaction`SELECT hcjwt.authenticate(${token})`,
    statement(transaction),
  ]);
  return rows;
}

/* work(sql) in a transaction: for several statements, and code between them. */
export function asVisitor(sql, token, work) {
  return sql.begin(async (transaction) => {
    await transaction`SELECT hcjwt.authenticate(${token})`;
    return work(transaction);
  });
}

/* 401: the theme's script fetches a new token, and tries once more. */
export function statusOf({ code = "" }) {
  if (code === "28J01" || code === "28J03") return 401;
  if (code.startsWith("28J") || code === "42501") return 403;
  if (/^2[23]...$/.test(code)) return 400;
  if (/^(08|28|53|57)...$/.test(code)) return 503;
  return /^(E[A-Z]+|CONNECT.*)$/.test(code) ? 503 : 500;
}

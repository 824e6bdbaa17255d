/* The shop's orders: Node.js, pg.  Its helper is visitor.js. */
import http from "node:http";
import { text } from "node:stream/consumers";
import pg from "pg";

import { asVisitor, queryAsVisitor, statusOf } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;
const COLUMNS = `id AS "order", item, placed_on::text AS placed, state`;

const pool = new pg.Pool({ pipeline: true, connectionTimeoutMillis: 5000 });
/* a connection that breaks while nobody uses it; the pool replaces it */
pool.on("error", (error) => console.error(`pool: ${error.code ?? error.name}`));

/* No WHERE: whose orders they are is the policy's business. */
const orders = (token) =>
  queryAsVisitor(pool, token, `SELECT ${COLUMNS} FROM orders ORDER BY id`);

const placeOrder = (token, { item }) =>
  asVisitor(pool, token, async (client) => {
    const { rows } = await client.query(
      `INSERT INTO orders (item) VALUES ($1) RETURNING ${COLUMNS}`,
      [item],
    );
    if (item === "The Moon") {
      throw new Error("the warehouse has none");
    }
    return rows[0];
  });

async function answer(request) {
  /* "Bearer TOKEN"; anything else is no token, and the database says so */
  const token = request.headers.authorization?.replace(/^Bearer +/i, "") ?? null;
  switch (`${request.method} ${request.url}`) {
    case "OPTIONS /orders":
      return [204];
    case "GET /orders":
      return [200, await orders(token)];
    case "POST /orders":
      return [201, await placeOrder(token, JSON.parse(await text(request)))];
    default:
      return [404];
  }
}

const server = http.createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => [statusOf(error)]);
  const headers = {
    "Access-Control-Allow-Origin": ALLOWED_ORIGIN,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    ...(status === 401 && { "WWW-Authenticate": 'Bearer error="invalid_token"' }),
  };
  response.writeHead(status, headers).end(body && JSON.stringify(body));
});
server.listen(Number(PORT), "127.0.0.1");

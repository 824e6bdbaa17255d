/* The shop's orders: Node.js, pg.  Its helper is visitor.js. */
import http from "node:http";
import { json } from "node:stream/consumers";
import pg from "pg";

import { statusOf } from "./status.js";
import { asVisitor, queryAsVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;
const COLUMNS = `id AS "order", item, placed_on::text AS placed, state`;

/* PG... in the environment says where */
const pool = new pg.Pool({ pipeline: true, connectionTimeoutMillis: 5000 });
/* a connection that breaks says so to its queries, too; with no listener, it ends the program */
const ignore = () => {};
pool.on("error", ignore).on("connect", (client) => client.on("error", ignore));

/* No WHERE: whose orders they are is the policy's business. */
const orders = (token) =>
  queryAsVisitor(pool, token, `SELECT ${COLUMNS} FROM orders ORDER BY id`);

const placeOrder = (token, { item }) =>
  asVisitor(pool, token, async (client) => {
    const insert = `INSERT INTO orders (item) VALUES ($1) RETURNING ${COLUMNS}`;
    const { rows } = await client.query(insert, [item]);
    if (item === "The Moon") throw new Error("the warehouse has none");
    return rows[0];
  });

async function answer(request) {
  /* "Bearer TOKEN"; anything else is no token, and the database says so */
  const token = request.headers.authorization?.replace(/^Bearer +/i, "") ?? null;
  if (request.url !== "/orders") return [404];
  if (request.method === "GET") return [200, await orders(token)];
  if (request.method === "POST") return [201, await placeOrder(token, await json(request))];
  return [request.method === "OPTIONS" ? 204 : 405];
}

const server = http.createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => {
    console.error(error);
    return [statusOf(error)];
  });
  response.writeHead(status, {
    "Access-Control-Allow-Origin": ALLOWED_ORIGIN,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    ...(status === 401 && { "WWW-Authenticate": 'Bearer error="invalid_token"' }),
  });
  response.end(body && JSON.stringify(body));
});
server.listen(Number(PORT), "127.0.0.1");

/* The shop's orders: Node.js, postgres.js.  Its helper is visitor.js. */
import http from "node:http";
import { json } from "node:stream/consumers";
import postgres from "postgres";

import { asVisitor, queryAsVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080", PREPARE = "on" } = process.env;

/* fetch_types: off, for it would ask in a transaction of its own */
const sql = postgres({ prepare: PREPARE === "on", fetch_types: false, max: 4 });

const columns = (sql) => sql`id AS "order", item, placed_on::text AS placed, state`;

/* No WHERE: whose orders they are is the policy's business. */
const orders = (token) =>
  queryAsVisitor(sql, token, (sql) => sql`SELECT ${columns(sql)} FROM orders ORDER BY id`);

const placeOrder = (token, { item }) =>
  asVisitor(sql, token, async (sql) => {
    const [order] = await sql`
      INSERT INTO orders (item) VALUES (${item}) RETURNING ${columns(sql)}`;
    if (item === "The Moon") throw new Error("the warehouse has none");
    return order;
  });

/* 401: the theme's script fetches a new token, and tries once more. */
function statusOf({ code = "" }) {
  if (/^28J0[13]$/.test(code)) return 401;
  if (/^(28J|42501)/.test(code)) return 403;
  if (/^2[23]...$/.test(code)) return 400;
  return /^((08|28|53|57)...|E[A-Z]+|CONNECT.*)$/.test(code) ? 503 : 500;
}

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

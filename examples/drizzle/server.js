/* The shop's orders: Node.js, Drizzle.  Its helper is visitor.js. */
import http from "node:http";
import { json } from "node:stream/consumers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { date, integer, pgTable, text } from "drizzle-orm/pg-core";
import pg from "pg";

import { statusOf } from "../node-pg/status.js";
import { asVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;

const pool = new pg.Pool({ connectionTimeoutMillis: 5000 });
const db = drizzle(pool);
const columns = { order: integer("id"), item: text("item"), placed: date("placed_on"), state: text("state") };
const ordersTable = pgTable("orders", columns);
/* a connection that breaks says so to its queries, too; with no listener, it ends the program */
const ignore = () => {};
pool.on("error", ignore).on("connect", (client) => client.on("error", ignore));

/* No where(): whose orders they are is the policy's business. */
const orders = (token) =>
  asVisitor(db, token, (tx) => tx.select().from(ordersTable).orderBy(ordersTable.order));

const placeOrder = (token, { item }) =>
  asVisitor(db, token, async (tx) => {
    /* Drizzle's insert() names every column, and this API may give the item alone */
    const { rows } = await tx.execute(sql`
      INSERT INTO orders (item) VALUES (${item})
      RETURNING id AS "order", item, placed_on::text AS placed, state`);
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
    return [statusOf(error.cause ?? error)];
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

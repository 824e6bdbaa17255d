/* The shop's orders: Node.js, Drizzle.  Its helper is visitor.js. */
import http from "node:http";
import { text } from "node:stream/consumers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { date, integer, pgTable, text as textColumn } from "drizzle-orm/pg-core";
import pg from "pg";

import { asVisitor, listen, statusOf } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;

const pool = new pg.Pool({ connectionTimeoutMillis: 5000 });
const db = drizzle(pool);
const ordersTable = pgTable("orders", {
  order: integer("id"),
  item: textColumn("item"),
  placed: date("placed_on"),
  state: textColumn("state"),
});
listen(pool);

/* No where(): whose orders they are is the policy's business. */
const orders = (token) =>
  asVisitor(db, token, (tx) => tx.select().from(ordersTable).orderBy(ordersTable.order));

const placeOrder = (token, { item }) =>
  asVisitor(db, token, async (tx) => {
    /* Drizzle's insert() names every column, and this API may give the item alone */
    const { rows } = await tx.execute(sql`
      INSERT INTO orders (item) VALUES (${item})
      RETURNING id AS "order", item, placed_on::text AS placed, state`);
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

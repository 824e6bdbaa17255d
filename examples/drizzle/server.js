/* The shop's orders: Express and Drizzle.  Its helper is visitor.js. */
import cors from "cors";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { date, integer, pgTable, text } from "drizzle-orm/pg-core";
import express from "express";
import pg from "pg";

import { statusOf } from "../node-pg/status.js";
import { asVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;

const pool = new pg.Pool({ connectionTimeoutMillis: 5000 });
const db = drizzle(pool);
const columns = { order: integer("id"), item: text("item"), placed: date("placed_on"), state: text("state") };
const orders = pgTable("orders", columns);
/* a connection that breaks says so to its queries, too; with no listener, it ends the program */
const ignore = () => {};
pool.on("error", ignore).on("connect", (client) => client.on("error", ignore));

/* "Bearer TOKEN"; anything else is no token, and the database says so */
const tokenOf = (request) => request.get("Authorization")?.replace(/^Bearer +\b/i, "") ?? null;

const app = express();
app.use(cors({ origin: ALLOWED_ORIGIN, methods: ["GET", "POST"] }), express.json());
app.use((request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
});

/* No where(): whose orders they are is the policy's business. */
app.get("/orders", async (request, response) => {
  const select = (tx) => tx.select().from(orders).orderBy(orders.order);
  response.json(await asVisitor(db, tokenOf(request), select));
});

app.post("/orders", async (request, response) => {
  const item = request.body?.item;
  if (typeof item !== "string") return response.status(400).end();
  const order = await asVisitor(db, tokenOf(request), async (tx) => {
    /* Drizzle's insert() names every column, and this API may give the item alone */
    const { rows } = await tx.execute(sql`
      INSERT INTO orders (item) VALUES (${item})
      RETURNING id AS "order", item, placed_on::text AS placed, state`);
    if (item === "The Moon") throw new Error("the warehouse has none");
    return rows[0];
  });
  response.status(201).json(order);
});

/* Errors of Express have a status. */
app.use((error, request, response, next) => {
  console.error(error);
  const status = error.status ?? statusOf(error.cause ?? error);
  if (status === 401) response.set("WWW-Authenticate", 'Bearer error="invalid_token"');
  response.status(status).end();
});

app.listen(Number(PORT), "127.0.0.1");

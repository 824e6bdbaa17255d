/* The shop's orders: Express and pg.  Its helper is visitor.js. */
import cors from "cors";
import express from "express";
import pg from "pg";

import { statusOf } from "./status.js";
import { asVisitor, queryAsVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080", PREPARE = "on" } = process.env;
const COLUMNS = `id AS "order", item, placed_on::text AS placed, state`;

/* PG... in the environment says where; PREPARE=off is for PgBouncer before 1.21 */
const prepare = PREPARE === "on";
const pool = new pg.Pool({ pipeline: true, prepare, connectionTimeoutMillis: 5000 });
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

/* No WHERE: whose orders they are is the policy's business. */
app.get("/orders", async (request, response) => {
  const select = `SELECT ${COLUMNS} FROM orders ORDER BY id`;
  response.json(await queryAsVisitor(pool, tokenOf(request), select));
});

app.post("/orders", async (request, response) => {
  const item = request.body?.item;
  if (typeof item !== "string") return response.status(400).end();
  const order = await asVisitor(pool, tokenOf(request), async (client) => {
    const insert = `INSERT INTO orders (item) VALUES ($1) RETURNING ${COLUMNS}`;
    const { rows } = await client.query(insert, [item]);
    if (item === "The Moon") throw new Error("the warehouse has none");
    return rows[0];
  });
  response.status(201).json(order);
});

/* Errors of Express have a status. */
app.use((error, request, response, next) => {
  console.error(error);
  const status = error.status ?? statusOf(error);
  if (status === 401) response.set("WWW-Authenticate", 'Bearer error="invalid_token"');
  response.status(status).end();
});

app.listen(Number(PORT), "127.0.0.1");

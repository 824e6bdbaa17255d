/* The shop's orders: Express and postgres.js.  Its helper is visitor.js. */
import cors from "cors";
import express from "express";
import postgres from "postgres";

import { asVisitor, queryAsVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080", PREPARE = "on" } = process.env;

/* PG... in the environment says where; fetch_types: off, because it would ask in a transaction of its own */
const sql = postgres({ prepare: PREPARE === "on", fetch_types: false, max: 4 });

const columns = (sql) => sql`id AS "order", item, placed_on::text AS placed, state`;

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
  const select = (sql) => sql`SELECT ${columns(sql)} FROM orders ORDER BY id`;
  response.json(await queryAsVisitor(sql, tokenOf(request), select));
});

app.post("/orders", async (request, response) => {
  const item = request.body?.item;
  if (typeof item !== "string") return response.status(400).end();
  const placed = await asVisitor(sql, tokenOf(request), async (sql) => {
    const [order] = await sql`
      INSERT INTO orders (item) VALUES (${item}) RETURNING ${columns(sql)}`;
    if (item === "The Moon") throw new Error("the warehouse has none");
    return order;
  });
  response.status(201).json(placed);
});

/* 401: the theme's script fetches a new token, and tries once more. */
function statusOf({ code = "" }) {
  if (/^28J0[13]$/.test(code)) return 401;
  if (/^(28J|42501)/.test(code)) return 403;
  if (/^2[23]...$/.test(code)) return 400;
  return /^((08|28|53|57)...|E[A-Z]+|CONNECT.*)$/.test(code) ? 503 : 500;
}

/* Errors of Express have a status. */
app.use((error, request, response, next) => {
  console.error(error);
  const status = error.status ?? statusOf(error);
  if (status === 401) response.set("WWW-Authenticate", 'Bearer error="invalid_token"');
  response.status(status).end();
});

app.listen(Number(PORT), "127.0.0.1");

/* The shop's orders: Express and Knex.  Its helper is visitor.js. */
import cors from "cors";
import express from "express";
import Knex from "knex";

import { statusOf } from "../node-pg/status.js";
import { asVisitor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;

/* PG... in the environment says where */
const knex = Knex({
  client: "pg",
  connection: {},
  pool: { min: 0, max: 4 },
  acquireConnectionTimeout: 5000,
  compileSqlOnError: false, /* or the token is in the text of each error */
});
const columns = { order: "id", item: "item", placed: knex.raw("placed_on::text"), state: "state" };

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
  const select = (trx) => trx("orders").select(columns).orderBy("id");
  response.json(await asVisitor(knex, tokenOf(request), select));
});

app.post("/orders", async (request, response) => {
  const item = request.body?.item;
  if (typeof item !== "string") return response.status(400).end();
  const order = await asVisitor(knex, tokenOf(request), async (trx) => {
    const [{ id }] = await trx("orders").insert({ item }, "id");
    if (item === "The Moon") throw new Error("the warehouse has none");
    return trx("orders").first(columns).where({ id });
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

/* The shop's orders: Node.js, Knex.  Its helper is visitor.js. */
import http from "node:http";
import { json } from "node:stream/consumers";
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

/* No where(): whose orders they are is the policy's business. */
const orders = (token) =>
  asVisitor(knex, token, (trx) => trx("orders").select(columns).orderBy("id"));

const placeOrder = (token, { item }) =>
  asVisitor(knex, token, async (trx) => {
    const [{ id }] = await trx("orders").insert({ item }, "id");
    if (item === "The Moon") throw new Error("the warehouse has none");
    return trx("orders").first(columns).where({ id });
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

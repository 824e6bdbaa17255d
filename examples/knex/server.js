/* The shop's orders: Node.js, Knex.  Its helper is visitor.js. */
import http from "node:http";
import { text } from "node:stream/consumers";
import Knex from "knex";

import { asVisitor, statusOf } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;

/* PG... in the environment says where */
const knex = Knex({
  client: "pg",
  connection: {},
  pool: { min: 0, max: 4 },
  acquireConnectionTimeout: 5000,
});
const columns = { order: "id", item: "item", placed: knex.raw("placed_on::text"), state: "state" };

/* No where(): whose orders they are is the policy's business. */
const orders = (token) =>
  asVisitor(knex, token, (trx) => trx("orders").select(columns).orderBy("id"));

const placeOrder = (token, { item }) =>
  asVisitor(knex, token, async (trx) => {
    const [{ id }] = await trx("orders").insert({ item }, "id");
    if (item === "The Moon") {
      throw new Error("the warehouse has none");
    }
    return trx("orders").first(columns).where({ id });
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

/* The shop's orders: Node.js, Prisma.  Its helper is visitor.js. */
import http from "node:http";
import { json } from "node:stream/consumers";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@prisma/client";

import { asVisitor, clientFor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;
/* PG... in the environment says where; a connection that breaks is told to the queries, too */
const ignore = () => {};
const pool = { max: 4, connectionTimeoutMillis: 5000 };
const adapter = new PrismaPg(pool, { onPoolError: ignore, onConnectionError: ignore });
const prisma = new PrismaClient({ adapter });

/* No where: whose orders they are is the policy's business. */
const orders = (token) => clientFor(prisma, token).order.findMany({ orderBy: { order: "asc" } });

const placeOrder = (token, { item }) =>
  asVisitor(prisma, token, async (tx) => {
    const order = await tx.order.create({ data: { item } });
    if (item === "The Moon") throw new Error("the warehouse has none");
    return order;
  });

/* 401: the theme's script fetches a new token, and tries once more. */
function statusOf({ code, message, meta, cause = meta?.driverAdapterError?.cause }) {
  const state = cause?.originalCode ?? "";
  if (/^28J0[13]/.test(state)) return 401;
  if (/^(28J|42501)/.test(state)) return 403;
  if (/^2[23]/.test(state)) return 400;
  const lost = /^P(1|202[48])/.test(code) || /connection (error|terminated)/i.test(message);
  return lost || /^(08|28|53|57)/.test(state) ? 503 : 500;
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

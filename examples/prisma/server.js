/* The shop's orders: Express and Prisma.  Its helper is visitor.js. */
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@prisma/client";
import cors from "cors";
import express from "express";

import { asVisitor, clientFor } from "./visitor.js";

const { ALLOWED_ORIGIN, PORT = "8080" } = process.env;

/* PG... in the environment says where; a connection that breaks is told to the queries, too */
const ignore = () => {};
const pool = { max: 4, connectionTimeoutMillis: 5000 };
const adapter = new PrismaPg(pool, { onPoolError: ignore, onConnectionError: ignore });
const prisma = new PrismaClient({ adapter });

/* "Bearer TOKEN"; anything else is no token, and the database says so */
const tokenOf = (request) => request.get("Authorization")?.replace(/^Bearer +\b/i, "") ?? null;

const app = express();
app.use(cors({ origin: ALLOWED_ORIGIN, methods: ["GET", "POST"] }), express.json());
app.use((request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
});

/* No where: whose orders they are is the policy's business. */
app.get("/orders", async (request, response) => {
  const client = clientFor(prisma, tokenOf(request));
  response.json(await client.order.findMany({ orderBy: { order: "asc" } }));
});

app.post("/orders", async (request, response) => {
  const item = request.body?.item;
  const placed = await asVisitor(prisma, tokenOf(request), async (tx) => {
    const order = await tx.order.create({ data: { item } });
    if (item === "The Moon") throw new Error("the warehouse has none");
    return order;
  });
  response.status(201).json(placed);
});

/* 401: the theme's script fetches a new token, and tries once more. */
function statusOf({ name, code, message, meta, cause = meta?.driverAdapterError?.cause }) {
  const state = cause?.originalCode ?? "";
  if (/^28J0[13]/.test(state)) return 401;
  if (/^(28J|42501)/.test(state)) return 403;
  if (/^2[23]/.test(state) || name === "PrismaClientValidationError") return 400;
  const lost = /^P(1|202[48])/.test(code) || /connection (error|terminated)/i.test(message);
  return lost || /^(08|28|53|57)/.test(state) ? 503 : 500;
}

/* Errors of Express have a status. */
app.use((error, request, response, next) => {
  console.error(error);
  const status = error.status ?? statusOf(error);
  if (status === 401) response.set("WWW-Authenticate", 'Bearer error="invalid_token"');
  response.status(status).end();
});

app.listen(Number(PORT), "127.0.0.1");

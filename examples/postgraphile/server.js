/*
 *     ALLOWED_ORIGIN=https://acme.zendesk.com PORT=5678 node server.js
 *
 * ALLOWED_ORIGIN is the help center whose theme calls us.
 */
import { createServer } from "node:http";

import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/node";

import preset, { pool } from "./graphile.config.js";

const { ALLOWED_ORIGIN, HOST = "127.0.0.1", PORT = "5678" } = process.env;

const pgl = postgraphile(preset);
const graphql = createServer();
await pgl.createServ(grafserv).addTo(graphql);

/* CORS, and PostGraphile for all but the preflight. */
const server = createServer((request, response) => {
  response.setHeader("Vary", "Origin");
  if (ALLOWED_ORIGIN && request.headers.origin === ALLOWED_ORIGIN) {
    response.setHeader("Access-Control-Allow-Origin", ALLOWED_ORIGIN);
    response.setHeader(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type",
    );
    response.setHeader("Access-Control-Max-Age", "600");
  }
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  graphql.emit("request", request, response);
});

server.listen(Number(PORT), HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}/graphql`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    server.close();
    server.closeAllConnections();
    await pgl.release();
    await pool.end();
  });
}

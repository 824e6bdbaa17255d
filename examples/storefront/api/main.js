/*
 * The shop's API: answers GET /orders with the visitor's orders.
 *
 *     ALLOWED_ORIGIN   origin of the help center whose theme calls us
 *     HOST, PORT       where to listen; default 127.0.0.1, and any free port
 *     POOL_SIZE        connections to the pooler; default 8
 *     PGHOST, PGPORT, PGUSER, PGDATABASE, ...   as for psql
 */
import pg from "pg";

import { createApi } from "./server.js";

const { ALLOWED_ORIGIN, HOST = "127.0.0.1", PORT = "0", POOL_SIZE = "8" } =
  process.env;

if (!ALLOWED_ORIGIN) {
  console.error("ALLOWED_ORIGIN is not set");
  process.exit(2);
}

const pool = new pg.Pool({
  max: Number(POOL_SIZE),
  pipeline: true,
  connectionTimeoutMillis: 5000,
  query_timeout: 10000,
});
/* a connection that breaks while nobody uses it; the pool replaces it */
pool.on("error", (error) => console.error(`pool: ${error.code ?? error.name}`));
/* one that breaks while in use tells its queries; with no listener, it would end the program */
pool.on("connect", (client) => client.on("error", () => {}));

const server = createApi({
  pool,
  allowedOrigin: ALLOWED_ORIGIN,
  log: (line) => console.log(line),
});
server.listen(Number(PORT), HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => pool.end());
    server.closeIdleConnections();
  });
}

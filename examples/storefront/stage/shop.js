/*
 * The whole shop on this machine: help center, API, PgBouncer, PostgreSQL.
 *
 * Needs in PATH: the programs of a PostgreSQL that has hcjwt, helpcenterd, and
 * node.  Everything it writes is in one directory, which goes away with it.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Daemon } from "./daemon.js";
import { startPgBouncer, startPostgres } from "./database.js";

const run = promisify(execFile);
const here = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const HOST = "127.0.0.1";
const ATTEMPTS = 5;

/* One that is free now; who takes it first has it. */
async function freePort() {
  const server = net.createServer().listen(0, HOST);
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const listeningAt = (daemon) => () =>
  /^listening on (\S+)$/m.exec(daemon.logText())?.[1];

export function startApi(dir, allowedOrigin, database) {
  return new Daemon(process.execPath, [here("api/main.js")], {
    cwd: dir,
    log: path.join(dir, "api.log"),
    env: {
      NODE_ENV: "production",
      ALLOWED_ORIGIN: allowedOrigin,
      PGHOST: database.socket,
      PGPORT: String(database.port),
      PGDATABASE: "shop",
      PGUSER: "shop_api",
    },
  });
}

/*
 * The API must know the help center's origin, and the help center's page the
 * API's address.
 */
async function startSite(dir, scheme, pgbouncer) {
  const port = await freePort();
  const origin = `${scheme}://${HOST}:${port}`;
  const api = startApi(dir, origin, pgbouncer);
  const apiUrl = `${await api.ready(listeningAt(api))}/orders`;
  const data = path.join(dir, "helpcenter");
  const helpCenter = new Daemon(
    "helpcenterd",
    [
      ...["--data", data, `--${scheme}`, "--address", HOST],
      ...["--port", String(port), "--key-bits", "2048"],
      ...["--users", here("customers.json"), "--api-url", apiUrl],
    ],
    { cwd: dir, log: path.join(dir, "helpcenter.log") },
  );

  try {
    await helpCenter.ready(listeningAt(helpCenter));
  } catch (error) {
    await api.stop();
    throw error;
  }
  return { api, apiUrl, helpCenter, origin, data };
}

/* options.scheme: http (default) or https, with a test CA. */
export async function openShop({ scheme = "http" } = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), "storefront-"));
  const running = [];

  const close = async () => {
    for (const daemon of running.splice(0).reverse()) {
      await daemon.stop();
    }
    await rm(dir, { recursive: true, force: true });
  };

  try {
    const postgres = await startPostgres(
      dir,
      `hcjwt.allowed_hosts = '${HOST}'
hcjwt.unknown_key_wait = '10s'
log_parameter_max_length = 0
` +
        (scheme === "http"
          ? "hcjwt.allow_http_loopback = on\n"
          : `hcjwt.ca_file = '${dir}/helpcenter/ca.pem'\n`),
    );
    running.push(postgres.server);
    const pgbouncer = await startPgBouncer(dir, postgres);
    running.push(pgbouncer.server);

    let site;
    for (let attempt = 1; site === undefined; attempt++) {
      site = await startSite(dir, scheme, pgbouncer).catch((error) => {
        /* somebody else was faster at its port */
        if (attempt === ATTEMPTS || !/in use/i.test(error.message)) {
          throw error;
        }
      });
    }
    running.push(site.api, site.helpCenter);

    await postgres.sql(
      `SELECT hcjwt.add_help_center('acme', '${site.origin}')`,
    );
    const state = await postgres.sql(
      "SELECT state FROM hcjwt.refresh('acme', '30 s')",
    );
    if (state !== "fresh") {
      throw new Error(`the help center's keys were not fetched: ${state}`);
    }

    return {
      dir,
      url: `${site.origin}/hc/en-us`,
      origin: site.origin,
      apiUrl: site.apiUrl,
      caFile: path.join(site.data, "ca.pem"),
      sql: postgres.sql,
      logs: [site.api.log, postgres.server.log, pgbouncer.server.log],
      apiLog: () => site.api.logText(),
      /* ctl("rotate"): a command to the running help center */
      ctl: async (...command) =>
        (await run("helpcenterd", ["ctl", "--data", site.data, ...command]))
          .stdout,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

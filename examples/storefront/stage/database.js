/*
 * A throw-away PostgreSQL with hcjwt, and a PgBouncer before it.  Both listen on
 * Unix sockets in directories that only we may enter, so they ask for no
 * password.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { Daemon } from "./daemon.js";

const run = promisify(execFile);
const SHOP_SQL = new URL("../shop.sql", import.meta.url);
const BACKENDS = 2;

/* settings: more lines of postgresql.conf */
export async function startPostgres(dir, settings) {
  const data = path.join(dir, "data");
  const socket = path.join(dir, "postgres");

  await mkdir(socket, { mode: 0o700 });
  await run("initdb", [
    ...["-D", data, "-U", "postgres", "-A", "trust"],
    ...["-E", "UTF8", "--no-locale", "--no-sync"],
  ]);
  await writeFile(
    path.join(data, "postgresql.auto.conf"),
    `shared_preload_libraries = 'hcjwt'
listen_addresses = ''
unix_socket_directories = '${socket}'
fsync = off
${settings}`,
  );

  const server = new Daemon("postgres", ["-D", data], {
    cwd: dir,
    log: path.join(dir, "postgres.log"),
    /* a fast shutdown */
    signal: "SIGINT",
  });
  const sql = async (text, database = "shop") => {
    const psql = run("psql", [
      ...["-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-"],
      ...["-h", socket, "-U", "postgres", "-d", database],
    ]);
    psql.child.stdin.end(text);
    return (await psql).stdout.trimEnd();
  };

  await server.ready(() =>
    run("pg_isready", ["-q", "-h", socket]).then(
      () => true,
      () => false,
    ),
  );
  await sql("CREATE DATABASE shop", "postgres");
  await sql(await readFile(SHOP_SQL, "utf8"));
  return { server, socket, sql };
}

/* Debian installs it where an ordinary user's PATH does not lead. */
const PGBOUNCER =
  ["/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer"].find(existsSync) ??
  "pgbouncer";

export async function startPgBouncer(dir, postgres) {
  const socket = path.join(dir, "pgbouncer");
  const port = 6432;

  await mkdir(socket, { mode: 0o700 });
  await writeFile(path.join(dir, "pgbouncer.users"), '"shop_api" ""\n');
  await writeFile(
    path.join(dir, "pgbouncer.ini"),
    `[databases]
shop = host=${postgres.socket}

[pgbouncer]
pool_mode = transaction
default_pool_size = ${BACKENDS}
listen_port = ${port}
unix_socket_dir = ${socket}
auth_type = trust
auth_file = ${dir}/pgbouncer.users
`,
  );
  const server = new Daemon(PGBOUNCER, [path.join(dir, "pgbouncer.ini")], {
    cwd: dir,
    log: path.join(dir, "pgbouncer.log"),
  });
  await server.ready(() => existsSync(path.join(socket, `.s.PGSQL.${port}`)));
  return { server, socket, port };
}

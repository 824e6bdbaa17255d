/*
 * Opens the shop and keeps it open until it is interrupted.
 *
 *     node stage/main.js [--https]
 */
import { existsSync } from "node:fs";
import path from "node:path";

import { openShop } from "./shop.js";

const arguments_ = process.argv.slice(2);

if (arguments_.some((argument) => argument !== "--https")) {
  console.error("usage: node stage/main.js [--https]");
  process.exit(2);
}

const interrupted = new Promise((resolve) => {
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
    process.on(signal, resolve);
  }
});
const https = arguments_.includes("--https");
const shop = await openShop({ scheme: https ? "https" : "http" });
const helpcenterd = process.env.PATH.split(path.delimiter)
  .map((directory) => path.join(directory, "helpcenterd"))
  .find(existsSync);

console.log(`
  ${shop.url}

Sign in there as ada@example.com with ada-password, or as bob@example.com with
bob-password.  The page's script fetches "my orders" from the API at
${shop.apiUrl}.
${https ? "\nThe browser will warn of the certificate, which is a test CA's.\n" : ""}
To look behind the scenes, or to change something:
  psql -h ${shop.dir}/postgres -U postgres shop
  ${helpcenterd} ctl --data ${shop.dir}/helpcenter rotate
  tail -f ${shop.dir}/api.log

Ctrl-C ends everything and removes it.`);

/* keeps the process alive, which signals alone do not */
const alive = setInterval(() => {}, 1 << 30);
await interrupted;
clearInterval(alive);
await shop.close();

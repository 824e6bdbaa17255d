/*
 * The stand-in help center and an API of another origin, for tests of what a page
 * makes of their answers: no database.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { Daemon } from "../stage/daemon.js";
import { launchBrowser } from "./visitor.js";

const run = promisify(execFile);

/*
 * Answers as a test wants it.  calls: what came; answers: what is to come, a status,
 * "never", or what is called with the response; then 200 and rows, or the number of
 * calls so far.
 */
class Api {
  constructor() {
    this.origin = "null"; /* whose pages may call */
    this.forget();
    this.server = http.createServer((...both) => this.serve(...both));
  }

  forget() {
    this.calls = [];
    this.answers = [];
    this.rows = null;
  }

  async listen(port = 0) {
    this.server.listen(port, "127.0.0.1");
    await new Promise((done) => this.server.once("listening", done));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/orders`;
  }

  /* From now on it is not there. */
  async close() {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  serve(request, response) {
    const chunks = [];

    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      response.setHeader("Access-Control-Allow-Origin", this.origin);
      response.setHeader("Access-Control-Allow-Methods", "GET, POST");
      response.setHeader(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, X-Help-Center-Token",
      );
      if (request.method === "OPTIONS") {
        response.writeHead(204).end();
        return;
      }
      this.calls.push({
        method: request.method,
        token: request.headers.authorization,
        plain: request.headers["x-help-center-token"],
        type: request.headers["content-type"],
        cookie: request.headers.cookie,
        body: Buffer.concat(chunks).toString(),
      });
      const answer = this.answers.shift() ?? 200;
      if (typeof answer === "function") {
        answer(response);
      } else if (answer !== "never") {
        const text = JSON.stringify(this.rows ?? [this.calls.length]);
        response.writeHead(answer).end(text);
      }
    });
  }
}

/*
 * options: users; more arguments of helpcenterd's; host, by which its pages are
 * visited (default: the address).
 */
export async function openStandIn({ users, more = [], host = "127.0.0.1" }) {
  const dir = await mkdtemp(path.join(tmpdir(), "stand-in-"));
  const data = path.join(dir, "hc");
  const api = new Api();
  let helpCenter;
  let browser;

  const close = async () => {
    await browser?.close();
    if (api.server.listening) {
      await api.close();
    }
    await helpCenter?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
    process.once(signal, () => close().finally(() => process.exit(1)));
  }

  try {
    await api.listen();
    await writeFile(path.join(dir, "users.json"), JSON.stringify({ users }));
    helpCenter = new Daemon(
      "helpcenterd",
      [
        ...["--data", data, "--http", "--key-bits", "2048"],
        ...["--users", path.join(dir, "users.json"), "--api-url", api.url],
        ...more,
      ],
      { cwd: dir, log: path.join(dir, "helpcenter.log") },
    );
    const url = await helpCenter.ready(
      () => /^listening on (\S+)$/m.exec(helpCenter.logText())?.[1],
    );
    const origin = `http://${host}:${new URL(url).port}`;
    api.origin = origin;
    browser = await launchBrowser(dir);
    return {
      api,
      browser,
      origin,
      url: `${origin}/hc/en-us`,
      /* ctl("rotate"): a command to the running help center */
      ctl: (...command) =>
        run("helpcenterd", ["ctl", "--data", data, ...command]),
      /* As after a start. */
      forget: async () => {
        api.forget();
        await run("helpcenterd", ["ctl", "--data", data, "fault", "clear"]);
        await run("helpcenterd", ["ctl", "--data", data, "seen", "clear"]);
        await run("helpcenterd", [
          ...["ctl", "--data", data, "set", "token-life", "300"],
        ]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

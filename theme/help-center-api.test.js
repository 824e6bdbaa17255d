/*
 * help-center-api.js in Debian's Chromium: the page is a host-mapped help center's,
 * helpcenterd with this file as its theme's script; the API is another origin, and
 * answers as each test wants it.
 *
 *     node --test theme/help-center-api.test.js
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { launchBrowser } from "../examples/storefront/browser/visitor.js";
import { Daemon } from "../examples/storefront/stage/daemon.js";

const run = promisify(execFile);
const TOKEN = "/api/v2/help_center/integration/token";
const LEGACY = "/hc/api/v2/integration/token";
const users = [
  { id: 1, email: "ada@example.com", name: "Ada </script>", password: "pw" },
];

let dir;
let helpCenter;
let browser;
let context;
let page;
let api;
let apiUrl;
let origin;
let calls; /* of the API: { method, token, body } */
let answers; /* of the API: statuses to come; then 200 */
let tokenRequests; /* paths */

const ctl = (...command) =>
  run("helpcenterd", ["ctl", "--data", path.join(dir, "hc"), ...command]);

function serveApi(request, response) {
  const chunks = [];

  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Allow-Methods", "GET, POST");
    response.setHeader(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, X-Help-Center-Token",
    );
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return;
    }
    calls.push({
      method: request.method,
      token: request.headers.authorization,
      plain: request.headers["x-help-center-token"],
      cookie: request.headers.cookie,
      body: Buffer.concat(chunks).toString(),
    });
    const status = answers.shift() ?? 200;
    if (status !== "never") {
      response.writeHead(status).end(`[${calls.length}]`);
    }
  });
}

/* Calls helpCenterApi() in the page: { status, text } or { name, message, status }. */
const callApi = (options = {}, times = 1) =>
  page.evaluate(
    async ([url, options, times]) => {
      const one = () =>
        helpCenterApi(url, options).then(
          async (response) => ({
            status: response.status,
            text: await response.text(),
          }),
          ({ name, message, status }) => ({ name, message, status }),
        );
      const all = await Promise.all(Array.from({ length: times }, one));
      return times === 1 ? all[0] : all;
    },
    [apiUrl, options, times],
  );

async function signIn() {
  await page.goto(`${origin}/hc/en-us/signin`);
  await page.fill("#email", "ada@example.com");
  await page.fill("#password", "pw");
  await page.click("main button");
  await page.waitForURL(`${origin}/hc/en-us`);
}

async function closeAll() {
  await browser?.close();
  api?.close();
  api?.closeAllConnections();
  await helpCenter?.stop();
  await rm(dir, { recursive: true, force: true });
}
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
  process.once(signal, () => closeAll().finally(() => process.exit(1)));
}

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "theme-"));
  api = http.createServer(serveApi).listen(0, "127.0.0.1");
  await new Promise((done) => api.once("listening", done));
  apiUrl = `http://127.0.0.1:${api.address().port}/orders`;
  await writeFile(path.join(dir, "users.json"), JSON.stringify({ users }));
  helpCenter = new Daemon(
    "helpcenterd",
    [
      ...["--data", path.join(dir, "hc"), "--http", "--key-bits", "2048"],
      ...["--users", path.join(dir, "users.json"), "--api-url", apiUrl],
      ...["--brand", "club.localhost=support.localhost", "--theme-script"],
      fileURLToPath(new URL("help-center-api.js", import.meta.url)),
    ],
    { cwd: dir, log: path.join(dir, "helpcenter.log") },
  );
  const url = await helpCenter.ready(
    () => /^listening on (\S+)$/m.exec(helpCenter.logText())?.[1],
  );
  origin = `http://support.localhost:${new URL(url).port}`;
  browser = await launchBrowser(dir);
});

after(closeAll);

beforeEach(async () => {
  await context?.close();
  await ctl("fault", "clear");
  await ctl("seen", "clear");
  await ctl("set", "token-life", "300");
  context = await browser.newContext();
  context.setDefaultTimeout(120_000);
  page = await context.newPage();
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith("/integration/token")) {
      tokenRequests.push(pathname);
    }
  });
  calls = [];
  answers = [];
  tokenRequests = [];
  await page.goto(`${origin}/hc/en-us`);
});

test("an anonymous visitor calls the API without a token, and asks for none", async () => {
  assert.equal(await page.evaluate(() => HelpCenter.user.role), "anonymous");
  assert.equal((await callApi()).status, 200);
  assert.equal(calls[0].token, undefined);
  assert.deepEqual(tokenRequests, []);
});

test("a signed-in one sends a token of this very help center", async () => {
  await signIn();
  const user = await page.evaluate(() => HelpCenter.user);
  assert.deepEqual(user, {
    email: "ada@example.com",
    name: "Ada </script>",
    role: "end_user",
  });
  assert.equal((await callApi()).status, 200);
  const [, payload] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(calls[0].token);
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  assert.equal(claims.userId, 1);
  assert.equal(claims.origin, origin);
  assert.equal(calls[0].cookie, undefined);
});

test("one token serves many calls, and many calls wait for one request", async () => {
  await signIn();
  await callApi({}, 5);
  await callApi();
  assert.equal(calls.length, 6);
  assert.equal(new Set(calls.map(({ token }) => token)).size, 1);
  assert.deepEqual(tokenRequests, [TOKEN]);
});

test("a token that is about to lapse is replaced before it is used", async () => {
  await signIn();
  await ctl("set", "token-life", "5");
  await callApi();
  await callApi();
  assert.equal(tokenRequests.length, 2);
});

test("401: once more, with a new token; a POST with its body", async () => {
  await signIn();
  await callApi();
  await ctl("rotate");
  answers = [401];
  const body = JSON.stringify({ item: "Teapot" });
  const headers = { "Content-Type": "application/json" };
  const answer = await callApi({ method: "POST", headers, body });
  assert.equal(answer.status, 200);
  assert.deepEqual(
    calls.map(({ method, body }) => [method, body]),
    [["GET", ""], ["POST", body], ["POST", body]],
  );
  assert.equal(calls[0].token, calls[1].token);
  assert.notEqual(calls[1].token, calls[2].token);
  assert.equal(tokenRequests.length, 2);
});

test("401 again: the caller sees it, and there is no third time", async () => {
  await signIn();
  answers = [401, 401, 401];
  assert.equal((await callApi()).status, 401);
  assert.equal(calls.length, 2);
});

test("401 to five calls at once: one new token for all", async () => {
  await signIn();
  await callApi();
  await ctl("rotate");
  answers = [401, 401, 401, 401, 401];
  const all = await callApi({}, 5);
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
  assert.equal(tokenRequests.length, 2);
});

test("403 and 503 are the caller's, without a second try", async () => {
  await signIn();
  answers = [403, 503];
  assert.equal((await callApi()).status, 403);
  assert.equal((await callApi()).status, 503);
  assert.equal(calls.length, 2);
});

test("429 and 5xx of the help center make nobody anonymous", async () => {
  await signIn();
  for (const status of [429, 500, 503]) {
    await ctl("fault", `token:status=${status},count=1`);
    const answer = await callApi();
    assert.equal(answer.name, "TokenError");
    assert.equal(answer.status, status);
  }
  assert.deepEqual(calls, []);
  assert.equal((await callApi()).status, 200);
});

test("a visitor who has signed out in another tab is anonymous", async () => {
  await signIn();
  await context.clearCookies();
  assert.equal((await callApi()).status, 200);
  await ctl("seen", "anonymous-200-without-token");
  assert.equal((await callApi()).status, 200);
  assert.deepEqual(calls.map(({ token }) => token), [undefined, undefined]);
  assert.equal(tokenRequests.length, 2);
});

test("a page that says nothing of its visitor: the endpoint says it", async () => {
  await page.evaluate(() => delete window.HelpCenter);
  assert.equal((await callApi()).status, 200);
  await ctl("seen", "anonymous-200-without-token");
  assert.equal((await callApi()).status, 200);
  assert.deepEqual(calls.map(({ token }) => token), [undefined, undefined]);
  assert.equal(tokenRequests.length, 2);
});

test("the early-access path, where there is no other", async () => {
  await signIn();
  await page.route(`**${TOKEN}`, (route) => route.fulfill({ status: 404 }));
  assert.equal((await callApi()).status, 200);
  assert.deepEqual(tokenRequests, [TOKEN, LEGACY]);
  await page.evaluate(() => helpCenterApi.newToken());
  assert.deepEqual(tokenRequests, [TOKEN, LEGACY, LEGACY]);
});

test("a plan without help center JWTs", async () => {
  await signIn();
  await ctl("fault", "token:status=404");
  const answer = await callApi();
  assert.equal(answer.name, "TokenError");
  assert.match(answer.message, /plan/);
});

test("no answer in time, of the API and of the help center", async () => {
  await signIn();
  answers = ["never"];
  assert.equal((await callApi({ timeout: 1000 })).name, "TimeoutError");
  await ctl("fault", "token:stall");
  await page.reload();
  assert.equal((await callApi({ timeout: 1000 })).name, "TokenError");
  assert.equal(calls.length, 1);
});

test("the token in another header, for PostgREST; and by itself", async () => {
  await signIn();
  await callApi({ header: "X-Help-Center-Token" });
  assert.equal(calls[0].token, undefined);
  assert.equal(
    calls[0].plain,
    await page.evaluate(() => helpCenterApi.token()),
  );
});

test("it adds one name to the page, and is plain ES2017", async () => {
  const names = await page.evaluate(() => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const known = new Set(Object.getOwnPropertyNames(frame.contentWindow));
    return Object.getOwnPropertyNames(window).filter((n) => !known.has(n));
  });
  assert.deepEqual(
    names.filter((name) => !/^(\d+|__playwright.*)$/.test(name)).sort(),
    ["HelpCenter", "helpCenterApi"],
  );
});

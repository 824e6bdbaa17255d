/*
 * help-center-api.js in Debian's Chromium: the page is a host-mapped help center's,
 * helpcenterd with this file as its theme's script; the API is another origin, and
 * answers as each test wants it.
 *
 *     node --test theme/help-center-api.test.js
 */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { openStandIn } from "../examples/storefront/browser/stand_in.js";
import { waitFor } from "../examples/storefront/stage/daemon.js";

const THEME = fileURLToPath(new URL("help-center-api.js", import.meta.url));
const TOKEN = "/api/v2/help_center/integration/token";
const LEGACY = "/hc/api/v2/integration/token";
const users = [
  { id: 1, email: "ada@example.com", name: "Ada </script>", password: "pw" },
  { id: 2, email: "bob@example.com", name: "Bob", password: "pw" },
];
const HOUR = 3600_000;

let dir;
let script; /* the theme's, a copy of THEME */
let standIn;
let api;
let ctl;
let origin;
let context;
let page;
let tokenRequests; /* paths */

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
    [api.url, options, times],
  );

async function signIn(name = "ada", tab = page) {
  await tab.goto(`${origin}/hc/en-us/signin`);
  await tab.fill("#email", `${name}@example.com`);
  await tab.fill("#password", "pw");
  await tab.click("main button");
  await tab.waitForURL(`${origin}/hc/en-us`);
}

/* The help center's answers to come are this one. */
async function tokenAnswers(answer) {
  await page.unroute(`**${TOKEN}`);
  await page.route(`**${TOKEN}`, (route) => route.fulfill(answer));
}

/* Runs the code in the page, for options that a test cannot send there. */
const inPage = (code) =>
  Promise.race([
    page.evaluate(`(async (url) => { ${code} })("${api.url}")`),
    sleep(120_000, null, { ref: false }).then(() => {
      throw new Error("the page says nothing");
    }),
  ]);
const outcome = (call) =>
  `return ${call}.then(
    async (response) => response.status,
    (error) => error.name + " " + (error.status ?? error.message),
  );`;

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "theme-"));
  script = path.join(dir, "script.js");
  await copyFile(THEME, script);
  standIn = await openStandIn({
    users,
    host: "support.localhost",
    more: [
      ...["--brand", "club.localhost=support.localhost"],
      ...["--theme-script", script],
    ],
  });
  ({ api, ctl, origin } = standIn);
});

after(async () => {
  await standIn?.close();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  await context?.close();
  await standIn.forget();
  context = await standIn.browser.newContext();
  context.setDefaultTimeout(120_000);
  page = await context.newPage();
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith("/integration/token")) {
      tokenRequests.push(pathname);
    }
  });
  tokenRequests = [];
  await page.goto(`${origin}/hc/en-us`);
});

test("an anonymous visitor calls the API without a token, and asks for none", async () => {
  assert.equal(await page.evaluate(() => HelpCenter.user.role), "anonymous");
  assert.equal((await callApi()).status, 200);
  assert.equal(api.calls[0].token, undefined);
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
  const [, payload] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(api.calls[0].token);
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  assert.equal(claims.userId, 1);
  assert.equal(claims.origin, origin);
  assert.equal(api.calls[0].cookie, undefined);
});

test("one token serves many calls, and many calls wait for one request", async () => {
  await signIn();
  await callApi({}, 5);
  await callApi();
  assert.equal(api.calls.length, 6);
  assert.equal(new Set(api.calls.map(({ token }) => token)).size, 1);
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
  api.answers = [401];
  const body = JSON.stringify({ item: "Teapot" });
  const headers = { "Content-Type": "application/json" };
  const answer = await callApi({ method: "POST", headers, body });
  assert.equal(answer.status, 200);
  assert.deepEqual(
    api.calls.map(({ method, body }) => [method, body]),
    [["GET", ""], ["POST", body], ["POST", body]],
  );
  assert.equal(api.calls[0].token, api.calls[1].token);
  assert.notEqual(api.calls[1].token, api.calls[2].token);
  assert.equal(tokenRequests.length, 2);
});

test("401 again: the caller sees it, and there is no third time", async () => {
  await signIn();
  api.answers = [401, 401, 401];
  assert.equal((await callApi()).status, 401);
  assert.equal(api.calls.length, 2);
});

test("401 to five calls at once: one new token for all", async () => {
  await signIn();
  await callApi();
  await ctl("rotate");
  api.answers = [401, 401, 401, 401, 401];
  const all = await callApi({}, 5);
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
  assert.equal(tokenRequests.length, 2);
});

test("403 and 503 are the caller's, without a second try", async () => {
  await signIn();
  api.answers = [403, 503];
  assert.equal((await callApi()).status, 403);
  assert.equal((await callApi()).status, 503);
  assert.equal(api.calls.length, 2);
});

test("429 and 5xx of the help center make nobody anonymous", async () => {
  await signIn();
  for (const status of [429, 500, 503]) {
    await ctl("fault", `token:status=${status},count=1`);
    const answer = await callApi();
    assert.equal(answer.name, "TokenError");
    assert.equal(answer.status, status);
  }
  assert.deepEqual(api.calls, []);
  assert.equal((await callApi()).status, 200);
});

test("a visitor who has signed out in another tab is anonymous", async () => {
  await signIn();
  await context.clearCookies();
  assert.equal((await callApi()).status, 200);
  await ctl("seen", "anonymous-200-without-token");
  assert.equal((await callApi()).status, 200);
  assert.deepEqual(api.calls.map(({ token }) => token), [undefined, undefined]);
  assert.equal(tokenRequests.length, 2);
});

test("a sign-out in another tab, between two calls: until the token lapses", async () => {
  await signIn();
  await callApi();
  await context.clearCookies();
  await callApi();
  assert.deepEqual([api.calls[1].token, tokenRequests.length], [api.calls[0].token, 1]);
  api.answers = [401];
  assert.equal((await callApi({ method: "POST" })).status, 401, "which is the API's to say");
  await page.clock.setFixedTime(Date.now() + HOUR);
  assert.equal((await callApi()).status, 200);
  assert.deepEqual([api.calls.length, api.calls[3].token], [4, undefined]);
});

test("a page that says nothing of its visitor: the endpoint says it", async () => {
  await page.evaluate(() => delete window.HelpCenter);
  assert.equal((await callApi()).status, 200);
  await ctl("seen", "anonymous-200-without-token");
  assert.equal((await callApi()).status, 200);
  assert.deepEqual(api.calls.map(({ token }) => token), [undefined, undefined]);
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
  api.answers = ["never"];
  assert.equal((await callApi({ timeout: 1000 })).name, "TimeoutError");
  await ctl("fault", "token:stall");
  await page.reload();
  assert.equal((await callApi({ timeout: 1000 })).name, "TokenError");
  assert.equal(api.calls.length, 1);
});

test("a visitor's clock that is an hour wrong changes nothing", async () => {
  await signIn();
  for (const wrong of [HOUR, -HOUR]) {
    await page.reload();
    tokenRequests = [];
    await page.clock.setFixedTime(Date.now() + wrong);
    await callApi();
    await callApi();
    assert.equal(tokenRequests.length, 1, String(wrong));
    await ctl("set", "token-life", "5");
    await page.evaluate(() => helpCenterApi.newToken());
    await callApi();
    assert.equal(tokenRequests.length, 3, "this one is about to lapse");
    await ctl("set", "token-life", "300");
  }
});

test("a laptop that has slept does not send its old token", async () => {
  await signIn();
  await callApi();
  /* in one second there are no two tokens that differ in nothing */
  await ctl("set", "token-life", "200");
  await page.clock.setFixedTime(Date.now() + HOUR);
  await callApi();
  assert.equal(tokenRequests.length, 2);
  assert.equal(api.calls.length, 2);
  assert.notEqual(api.calls[0].token, api.calls[1].token);
});

test("401 to one of two calls, when the other has a new token already", async () => {
  const held = [];
  await signIn();
  await callApi();
  await ctl("rotate");
  const [{ token: old }] = api.calls;
  const answer = (response) =>
    api.calls.at(-1).token === old
      ? held.push(response)
      : response.writeHead(200).end();
  api.answers = [answer, answer, answer, answer];
  /* for the browser's cache, GETs of one URL wait for each other */
  const both = callApi({ method: "POST" }, 2);
  await waitFor("two calls", () => held.length === 2);
  held[0].writeHead(401).end();
  await waitFor("the second try of one", () => api.calls.length === 4);
  held[1].writeHead(401).end();
  assert.deepEqual((await both).map(({ status }) => status), [200, 200]);
  assert.equal(tokenRequests.length, 2);
  assert.equal(api.calls[3].token, api.calls[4].token);
});

test("200 without a token is anonymous; what says nothing of it is a mishap", async () => {
  await signIn();
  for (const json of [{}, { token: null }, { token: "" }]) {
    await tokenAnswers({ json });
    assert.equal((await callApi()).status, 200, JSON.stringify(json));
    assert.equal(api.calls.pop().token, undefined);
  }
  const page200 = { contentType: "text/html", body: "<h1>Maintenance</h1>" };
  for (const answer of [
    page200,
    { status: 204 },
    { status: 302, headers: { Location: `${origin}/hc/en-us` } },
    { ...page200, status: 403, headers: { "cf-mitigated": "challenge" } },
    ...["", "[]", "null", "5", '"x"', '{"token":5}', '{"token":{}}'].map(
      (body) => ({ contentType: "application/json", body }),
    ),
  ]) {
    await tokenAnswers(answer);
    assert.equal((await callApi()).name, "TokenError", JSON.stringify(answer));
  }
  await page.unroute(`**${TOKEN}`);
  for (const wire of ["cut", "reset", "garbage", "html"]) {
    await ctl("fault", `token:${wire}`);
    assert.equal((await callApi()).name, "TokenError", wire);
    await ctl("fault", "clear");
  }
  assert.deepEqual(api.calls, []);
  assert.equal((await callApi()).status, 200);
  assert.match(api.calls[0].token, /^Bearer /);
});

test("429 with Retry-After: the help center is not asked before", async () => {
  await page.clock.install();
  await signIn();
  for (const [after, held] of [["30", 30], ["999999", 60]]) {
    tokenRequests = [];
    await ctl("fault", `token:status=429,retry_after=${after},count=1`);
    assert.equal((await callApi()).status, 429);
    await page.clock.fastForward((held - 15) * 1000);
    assert.equal((await callApi()).status, 429);
    assert.equal(tokenRequests.length, 1);
    assert.deepEqual(api.calls, []);
    await page.clock.fastForward(16_000);
    assert.equal((await callApi()).status, 200);
    assert.equal(tokenRequests.length, 2);
    api.calls = [];
    await page.reload();
  }
  await ctl("fault", "token:status=429,retry_after=-5,count=1");
  assert.equal((await callApi()).status, 429);
  assert.equal((await callApi()).status, 200);
});

test("a new token that is not to be had leaves the one that is good", async () => {
  await signIn();
  await callApi();
  await ctl("fault", "token:status=503");
  assert.equal(
    await inPage(outcome("helpCenterApi.newToken()")),
    "TokenError 503",
  );
  assert.equal((await callApi()).status, 200);
  assert.equal(api.calls[0].token, api.calls[1].token);
});

test("offline, and online again", async () => {
  await signIn();
  await context.setOffline(true);
  assert.deepEqual(
    [(await callApi()).name, (await callApi()).status],
    ["TokenError", 0],
  );
  await context.setOffline(false);
  assert.equal((await callApi()).status, 200);
  await context.setOffline(true);
  assert.equal((await callApi()).name, "TypeError");
});

test("somebody else signs in, in another tab", async () => {
  await signIn();
  await callApi();
  const tab = await context.newPage();
  await signIn("bob", tab);
  await tab.close();
  await page.clock.setFixedTime(Date.now() + HOUR);
  for (let times = 1; times <= 2; times++) {
    assert.equal((await callApi({ method: "POST" })).name, "VisitorError");
  }
  assert.equal(api.calls.length, 1, "nothing is ordered for Bob");
  await page.reload();
  assert.equal((await callApi()).status, 200);
});

test("roles: only the anonymous one calls without a token", async () => {
  await signIn();
  for (const user of [
    ...["end_user", "agent", "manager", "", null, "Anonymous"].map((role) => ({ role })),
    {},
    null,
    undefined,
  ]) {
    await page.evaluate((user) => (window.HelpCenter = { user }), user);
    await callApi();
    assert.match(api.calls.at(-1).token, /^Bearer /, JSON.stringify(user));
  }
  await page.evaluate(() => (window.HelpCenter = { user: { role: "anonymous" } }));
  await callApi();
  assert.equal(api.calls.at(-1).token, undefined);
});

test("a caller who gives up: before, for the token, for the answer, in its body", async () => {
  const begin = (response) => response.writeHead(200).write("half of");
  await signIn();
  const gives = (moment) => `
    const controller = new AbortController();
    const give = () => controller.abort(new Error("no more"));
    ${moment}
    return helpCenterApi(url, { signal: controller.signal })
      .then((response) => { if (window.inBody) give(); return response.text(); })
      .catch((error) => error.message);`;

  assert.equal(await inPage(gives("give();")), "no more");
  assert.deepEqual([tokenRequests, api.calls], [[], []]);

  await ctl("fault", "token:stall");
  const asked = page.waitForRequest(`**${TOKEN}`);
  const gone = inPage(gives("window.give = give;"));
  const patient = callApi();
  await asked;
  await page.evaluate(() => window.give());
  assert.equal(await gone, "no more");
  await ctl("fault", "clear");
  assert.equal((await patient).status, 200, "who waits for the same one has it");

  api.answers = ["never"];
  const waits = inPage(gives("window.give = give;"));
  await waitFor("the call", () => api.calls.length === 2);
  await page.evaluate(() => window.give());
  assert.equal(await waits, "no more");

  api.answers = [begin];
  assert.notEqual(await inPage(gives("window.inBody = true;")), "half of");
});

test("a body that does not end, and a time that never does", async () => {
  const begin = (response) => response.writeHead(200).write("half of");
  await page.clock.install();
  await signIn();
  api.answers = [begin];
  const reading = inPage(`
    const response = await helpCenterApi(url);
    window.reading = response.status;
    return response.text().catch((error) => error.name);`);
  await page.waitForFunction(() => window.reading === 200);
  await page.clock.fastForward(10_000);
  assert.match(await reading, /^(AbortError|TimeoutError)$/);

  assert.equal(await inPage(outcome("helpCenterApi(url, { timeout: Infinity })")), 200);
  /* a call with a short time-out does not wait for another call's request */
  await ctl("fault", "token:stall");
  await page.reload();
  const patient = callApi();
  const hasty = callApi({ timeout: 1000 });
  await waitFor("the request", () => tokenRequests.length === 2);
  await page.clock.fastForward(1000);
  assert.equal((await hasty).name, "TokenError");
  await ctl("fault", "clear");
  assert.equal((await patient).status, 200);
});

test("a Request, sent twice; a header in another case", async () => {
  await signIn();
  await callApi();
  api.answers = [401];
  const status = await inPage(
    outcome(`helpCenterApi(new Request(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    }))`),
  );
  assert.equal(status, 200);
  for (const call of api.calls.slice(1)) {
    assert.deepEqual(
      [call.method, call.type, call.body, call.cookie],
      ["POST", "application/json", "{}", undefined],
    );
  }
  assert.equal(api.calls.length, 3);
  await callApi({ header: "authorization" });
  assert.match(api.calls.at(-1).token, /^Bearer /);
});

test("a page that is no help center's gets no token, and calls nobody", async () => {
  await signIn();
  const elsewhere = "http://shop.localhost/";
  const file = await readFile(THEME, "utf8");
  await page.route(`${elsewhere}**`, (route) =>
    route.request().url() === elsewhere
      ? route.fulfill({ contentType: "text/html", body: `<script>${file}</script>` })
      : route.fulfill({ status: 404 }),
  );
  await page.goto(elsewhere);
  tokenRequests = [];
  const answer = await callApi();
  assert.deepEqual([answer.name, answer.status], ["TokenError", 404]);
  assert.deepEqual(tokenRequests, [TOKEN, LEGACY], "of its own origin");
  assert.deepEqual(api.calls, []);
});

test("a <base href> that leads elsewhere; an element of its name", async () => {
  const old = `document.head.insertAdjacentHTML("afterbegin",
    '<base href="http://shop.localhost/"><meta id="helpCenterApi">');`;
  await context.close();
  /* bypassCSP, because the stand-in's policy forbids a page to have a base */
  context = await standIn.browser.newContext({ bypassCSP: true });
  page = await context.newPage();
  try {
    await signIn();
    await writeFile(script, `${old}\n${await readFile(THEME, "utf8")}`);
    await page.reload();
    assert.equal(await page.evaluate(() => document.baseURI), "http://shop.localhost/");
    assert.equal((await callApi()).status, 200);
    assert.match(api.calls[0].token, /^Bearer /);
  } finally {
    await copyFile(THEME, script);
  }
});

test("pasted twice, it is one: calls of both wait for one request", async () => {
  const file = await readFile(THEME, "utf8");
  try {
    await writeFile(script, `${file}\nwindow.first = helpCenterApi;\n${file}`);
    await signIn();
    await inPage("await Promise.all([first(url), helpCenterApi(url)]);");
    assert.deepEqual(tokenRequests, [TOKEN]);
    assert.equal(api.calls.length, 2);
  } finally {
    await copyFile(THEME, script);
  }
});

test("back to a page that the browser has kept, after a sign-out: anonymous", async () => {
  await signIn();
  await callApi();
  const shown = (persisted) =>
    page.evaluate((persisted) => {
      window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted }));
    }, persisted);
  await shown(false);
  await callApi();
  assert.equal(tokenRequests.length, 1);
  await context.clearCookies();
  await shown(true);
  await callApi();
  assert.equal(tokenRequests.length, 2);
  assert.equal(api.calls[2].token, undefined);
});

test("the token in another header, for PostgREST; and by itself", async () => {
  await signIn();
  await callApi({ header: "X-Help-Center-Token" });
  assert.equal(api.calls[0].token, undefined);
  assert.equal(
    api.calls[0].plain,
    await page.evaluate(() => helpCenterApi.token()),
  );
});

test("pasted as docs/theme.md says, with its own words below", async () => {
  const text = await readFile(new URL("../docs/theme.md", import.meta.url), "utf8");
  const [, words] = /^ +```js\n(.*DOMContentLoaded.*?)^ +```$/ms.exec(text);
  const own = words
    .replace("https://api.example.com/orders", api.url)
    .replace("#my-orders", "#orders");
  const shown = page.locator("#orders");

  try {
    await writeFile(script, `${await readFile(THEME, "utf8")}\n${own}`);
    await signIn();
    await shown.getByText("[1]").waitFor();
    assert.match(api.calls[0].token, /^Bearer /);
    api.answers = [503];
    await page.reload();
    await shown.getByText("cannot be shown").waitFor();
    await ctl("fault", "token:status=503");
    await page.reload();
    await shown.getByText("cannot be shown").waitFor();
    assert.equal(api.calls.length, 2);
  } finally {
    await copyFile(THEME, script);
  }
});

test("the stand-in serves one's own script as it is, or says why it cannot", async () => {
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  try {
    await writeFile(script, 'console.log("changed: ä\0");');
    await page.reload();
    await writeFile(script, `${" ".repeat(1 << 20)}//`);
    await page.reload();
    await rm(script);
    await page.reload();
    await waitFor("three words", () => said.length === 3);
    assert.equal(said[0], "changed: ä\0");
    assert.match(said[1], /script\.js" is longer than 1048576 bytes$/);
    assert.match(said[2], /^could not open ".*script\.js": No such file/);
  } finally {
    await copyFile(THEME, script);
  }
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

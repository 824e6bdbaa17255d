/*
 * What people see: two customers of the shop, in a real browser.
 *
 *     node --test-reporter=spec browser/storefront.test.js
 *
 * SCREENSHOT=FILE keeps a picture of what Ada sees.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { waitFor } from "../stage/daemon.js";
import { openShop, startApi } from "../stage/shop.js";
import { Visitor, openBrowser } from "./visitor.js";

const ADA = 377841432074;
const BOB = 377841432075;
const ADAS = ["Teapot, brown", "Two cups"];
const BOBS = ["Bicycle, 56 cm", "Bicycle bell"];
const SECONDS = 1000;

let opening;
let shop;
let browser;
const visitors = [];
const tokens = new Set();

async function arrive() {
  const visitor = await Visitor.arrive(browser, shop);
  visitors.push(visitor);
  return visitor;
}

/* Until the page shows exactly these items. */
async function shows(visitor, items) {
  await waitFor(`the page to show ${items}`, async () => {
    const found = await visitor.items();
    return JSON.stringify(found) === JSON.stringify(items);
  });
}

/* An order that was not there before, so that the page has to show more. */
let lastOrder = 2000;
async function newOrder(customer, item) {
  await shop.sql(
    `INSERT INTO orders VALUES (${++lastOrder}, ${customer}, '${item}')`,
  );
}

/* The API, asked without a browser: { status, headers, body }. */
async function ask(headers = {}, options = {}) {
  const response = await fetch(options.url ?? shop.apiUrl, {
    ...options,
    headers,
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}
const bearer = (token) => ({ Authorization: `Bearer ${token}` });

async function closeAll() {
  await browser?.close();
  await (await opening?.catch(() => undefined))?.close();
}

async function leave() {
  await closeAll();
  process.exit(1);
}
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
  process.once(signal, leave);
}
/* nobody listens any more */
process.stdout.once("error", leave);

before(async () => {
  opening = openShop({ scheme: "https" });
  shop = await opening;
  browser = await openBrowser(shop);
});

after(closeAll);

beforeEach(async () => {
  for (const visitor of visitors.splice(0)) {
    visitor.tokens.forEach((token) => tokens.add(token));
    await visitor.leave();
  }
  await shop.sql("DELETE FROM orders WHERE id > 2000");
});

test("a customer signs in and sees her orders, and no others", async () => {
  const visitor = await arrive();

  await visitor.page.goto(shop.url);
  assert.equal(await visitor.page.locator("#orders").count(), 0);
  await visitor.signIn("ada");
  await shows(visitor, ADAS);
  assert.deepEqual(visitor.answers, [200]);
  const text = await visitor.page.locator("body").innerText();
  assert.match(text, /Ada Example/);
  assert.doesNotMatch(text, /Bicycle|Piano/);
  if (process.env.SCREENSHOT) {
    await visitor.page.screenshot({
      path: process.env.SCREENSHOT,
      fullPage: true,
    });
  }
});

test("signed out she sees none, and the next customer his own", async () => {
  const visitor = await arrive();

  await visitor.signIn("ada");
  await shows(visitor, ADAS);
  await visitor.signOut();
  assert.equal(await visitor.items(), null);
  const text = await visitor.page.locator("body").innerText();
  assert.doesNotMatch(text, /Teapot|Two cups/);
  assert.equal((await ask()).body.length, 0);

  await visitor.signIn("bob");
  await shows(visitor, BOBS);
});

test("two customers at once, over the same few connections", async () => {
  const [ada, bob] = [await arrive(), await arrive()];

  await ada.signIn("ada");
  await bob.signIn("bob");
  const expected = new Map([
    [ada, [...ADAS]],
    [bob, [...BOBS]],
  ]);
  for (let round = 1; round <= 5; round++) {
    for (const [visitor, items] of expected) {
      items.push(`Spoon no. ${round} of ${visitor === ada ? "Ada" : "Bob"}`);
      await newOrder(visitor === ada ? ADA : BOB, items.at(-1));
    }
    await Promise.all([...expected.keys()].map((v) => v.reloadOrders()));
    for (const [visitor, items] of expected) {
      await shows(visitor, items);
    }
  }
  for (const visitor of expected.keys()) {
    assert.deepEqual([...new Set(visitor.answers)], [200]);
  }
});

test("a token that has expired is replaced silently", async () => {
  const visitor = await arrive();
  const leeway = (text) =>
    shop.sql(`UPDATE hcjwt.help_centers SET leeway = '${text}'`);

  await visitor.signIn("ada");
  await shows(visitor, ADAS);

  /*
   * The theme asks for a new token when its own has run out.  This visitor's
   * clock is set back, so it learns that only from the API.  And we need not wait: its
   * token is good as long as there is some leeway.
   */
  await leeway("5 min");
  await shop.ctl("set", "token-life", "-30");
  await visitor.newToken();
  await visitor.page.clock.setFixedTime(Date.now() - 3600 * SECONDS);
  await shop.ctl("set", "token-life", "300");
  await newOrder(ADA, "Saucer");
  await visitor.reloadOrders();
  await shows(visitor, [...ADAS, "Saucer"]);
  const token = visitor.tokens.at(-1);
  await leeway("0");
  const refused = await ask(bearer(token));
  assert.equal(refused.status, 401);
  assert.equal(
    refused.headers.get("www-authenticate"),
    'Bearer error="invalid_token"',
  );

  await newOrder(ADA, "Sugar bowl");
  visitor.forget();
  await visitor.watchForFailure();
  await visitor.reloadOrders();
  await shows(visitor, [...ADAS, "Saucer", "Sugar bowl"]);
  assert.deepEqual(visitor.answers, [401, 200]);
  assert.equal(visitor.tokenRequests, 1);
  assert.deepEqual(await visitor.failures(), []);
  assert.match(shop.apiLog(), /GET \/orders 401 28J01 /);
});

test("the help center's keys change while the page is open", async () => {
  const visitor = await arrive();

  await visitor.signIn("ada");
  await shows(visitor, ADAS);
  await visitor.watchForFailure();
  visitor.forget();

  /* a new key signs, which the database has not seen: it is fetched on sight */
  await shop.ctl("rotate");
  await visitor.newToken();
  await newOrder(ADA, "Sugar bowl");
  await visitor.reloadOrders();
  await shows(visitor, [...ADAS, "Sugar bowl"]);

  /* and again, and the key of the token that the page has is withdrawn */
  await shop.ctl("rotate", "--retire");
  await shop.sql("SELECT hcjwt.refresh('acme', '30 s')");
  await newOrder(ADA, "Milk jug");
  visitor.forget();
  await visitor.reloadOrders();
  await shows(visitor, [...ADAS, "Sugar bowl", "Milk jug"]);
  assert.deepEqual(visitor.answers, [401, 200]);
  assert.equal(visitor.tokenRequests, 1);
  assert.deepEqual(await visitor.failures(), []);
  assert.match(shop.apiLog(), /GET \/orders 401 28J03 /);
});

test("a tampered token opens nothing", async () => {
  for (const what of ["another user's id", "no signature"]) {
    const visitor = await arrive();

    /* stands between the theme's script and the help center's answer */
    await visitor.page.addInitScript(
      ({ what, bob }) => {
        const genuineText = Response.prototype.text;
        const decode = (part) =>
          JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
        const encode = (value) =>
          btoa(JSON.stringify(value))
            .replaceAll("+", "-")
            .replaceAll("/", "_")
            .replaceAll("=", "");
        Response.prototype.text = async function () {
          const body = JSON.parse(await genuineText.call(this));
          const [header, payload, signature] = body.token.split(".");
          const token =
            what === "no signature"
              ? [encode({ ...decode(header), alg: "none" }), payload, ""]
              : [header, encode({ ...decode(payload), userId: bob }), signature];
          return JSON.stringify({ token: token.join(".") });
        };
      },
      { what, bob: BOB },
    );
    await visitor.signIn("ada");
    await visitor.page.locator("#orders[data-state=failed]").waitFor();
    assert.match(await visitor.ordersText(), /does not let you see this/, what);
    assert.equal(await visitor.items(), null, what);
    assert.deepEqual(visitor.answers, [403], `${what}: no second try`);
    const text = await visitor.page.locator("body").innerText();
    assert.doesNotMatch(text, /Bicycle|Teapot|Piano/, what);
  }
  assert.match(shop.apiLog(), /GET \/orders 403 28J00 /);
});

test("signed out in another tab: the page shows no stale orders", async () => {
  const visitor = await arrive();

  await visitor.signIn("ada");
  await shows(visitor, ADAS);
  const tab = await visitor.context.newPage();
  await tab.goto(shop.url);
  await tab.click("header button");
  await tab.getByText("You are an anonymous visitor").waitFor();

  /* its token has meanwhile run out */
  await visitor.page.clock.setFixedTime(Date.now() + 3600 * SECONDS);
  await visitor.reloadOrders();
  await visitor.page.locator("#orders[data-state=failed]").waitFor();
  assert.match(await visitor.ordersText(), /You are not signed in any more/);
  assert.equal(await visitor.items(), null);
});

test("the API lets the help center's pages call it, and no others", async () => {
  const preflight = (origin) =>
    ask(
      {
        Origin: origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
      },
      { method: "OPTIONS" },
    );

  const ours = await preflight(shop.origin);
  assert.equal(ours.status, 204);
  assert.equal(ours.headers.get("access-control-allow-origin"), shop.origin);
  assert.match(ours.headers.get("access-control-allow-headers"), /authorization/i);
  assert.equal(ours.headers.get("access-control-allow-credentials"), null);
  for (const origin of [
    "https://evil.example",
    `${shop.origin}.evil.example`,
    shop.origin.replace("https:", "http:"),
    "null",
  ]) {
    const theirs = await preflight(origin);
    assert.equal(theirs.headers.get("access-control-allow-origin"), null, origin);
    assert.equal(theirs.headers.get("vary"), "Origin");
  }
  /* an answer that the script may not read would look like a broken network */
  const refused = await ask({ Origin: shop.origin, ...bearer("a.b.c") });
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get("access-control-allow-origin"), shop.origin);
});

test("another site's page gets nothing from the API", async () => {
  const visitor = await arrive();
  const page = visitor.page;

  await page.route("https://evil.example/", (route) =>
    route.fulfill({ contentType: "text/html", body: "<h1>Evil</h1>" }),
  );
  await page.goto("https://evil.example/");
  const outcome = await page.evaluate(
    (url) =>
      fetch(url, { headers: { Authorization: "Bearer a.b.c" } }).then(
        (response) => response.status,
        (error) => error.name,
      ),
    shop.apiUrl,
  );
  assert.equal(outcome, "TypeError");
});

test("anonymous requests, and ones that are none", async () => {
  const anonymous = await ask();
  assert.equal(anonymous.status, 200);
  assert.deepEqual(anonymous.body, []);
  assert.equal(anonymous.headers.get("cache-control"), "no-store");

  for (const header of ["Basic YWRhOmFkYQ==", "Bearer", "Bearer a b", "a.b.c"]) {
    const answer = await ask({ Authorization: header });
    assert.equal(answer.status, 401, header);
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
  }
  assert.equal((await ask({}, { method: "POST" })).status, 405);
  const elsewhere = new URL("/invoices?token=secret-in-a-url", shop.apiUrl);
  assert.equal((await ask({}, { url: elsewhere })).status, 404);
  assert.doesNotMatch(shop.apiLog(), /secret-in-a-url/);
});

test("a database out of reach is 503", async () => {
  const dir = path.join(shop.dir, "alone");
  mkdirSync(dir);
  const api = startApi(dir, shop.origin, { socket: dir, port: 1 });

  try {
    const url = await api.ready(
      () => /^listening on (\S+)$/m.exec(api.logText())?.[1],
    );
    assert.equal((await ask({}, { url: `${url}/orders` })).status, 503);
  } finally {
    await api.stop();
  }
});

test("no log holds a token, or a part of one", () => {
  const parts = [...tokens].flatMap((token) => token.split("."));

  assert.ok(tokens.size >= 8, `${tokens.size} tokens were used`);
  for (const log of shop.logs) {
    const text = readFileSync(log, "utf8");
    assert.notEqual(text, "", log);
    for (const part of parts.filter((part) => part.length > 8)) {
      assert.ok(!text.includes(part), `${path.basename(log)} has a token in it`);
    }
  }
});

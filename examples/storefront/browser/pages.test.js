/*
 * The help center's pages, for everybody: by keyboard alone, for a screen reader, in
 * the dark, on a narrow phone, and when something goes wrong.
 *
 *     node --test-reporter=spec browser/pages.test.js
 *
 * PICTURES=DIR keeps a picture of each state, in each colour scheme.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { waitFor } from "../stage/daemon.js";
import { addAxe, violations } from "./axe.js";
import { openStandIn } from "./stand_in.js";

const WIDTHS = [360, 800];
const ORDERS = [
  { order: 1, item: "Teapot", placed: "2026-01-14", state: "delivered" },
  { order: 2, item: "Two cups", placed: "2026-03-21", state: "on its way" },
];
const users = [
  { id: 377841432074, email: "ada@example.com", name: "Ada", password: "pw" },
  { id: 377841432075, email: "bob@example.com", name: "Bob", password: "pw" },
];

let standIn;
let api;
let ctl;
let context;
let page;
let tokens; /* that the page got */
let requested; /* origins that the page asked */
let problems; /* errors that its script did not catch, and breaches of its policy */

before(async () => {
  standIn = await openStandIn({ users });
  ({ api, ctl } = standIn);
});

after(() => standIn?.close());

beforeEach(async () => {
  await context?.close();
  await forget();
  tokens = new Set();
  requested = new Set();
  problems = [];
  context = await standIn.browser.newContext();
  context.setDefaultTimeout(120_000);
  page = await arrive();
});

/* All is well again. */
async function forget() {
  await standIn.forget();
  api.rows = ORDERS;
}

async function arrive() {
  const page = await context.newPage();
  page.on("request", (request) => {
    requested.add(new URL(request.url()).origin);
    const token = /^Bearer (.*)$/.exec(request.headers().authorization)?.[1];
    if (token) {
      tokens.add(token);
    }
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) {
      problems.push(message.text());
    }
  });
  await addAxe(page);
  return page;
}

/* ---- what a visitor does and sees ---- */

const focused = () =>
  page.evaluate(() => {
    const { activeElement: e } = document;
    return e.id || e.getAttribute("role") || e.textContent;
  });

const settled = (id, state) =>
  page.locator(`#${id}[data-state=${state}]`).waitFor();

const button = (id) => page.locator(`[aria-controls=${id}]`);

/* By the keyboard, until the focus is there. */
async function tabTo(what) {
  for (let presses = 0; presses < 20; presses++) {
    if ((await focused()) === what) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way to ${what} by the keyboard`);
}

async function signIn(name = "ada") {
  await page.goto(`${standIn.url}/signin`);
  await page.fill("#email", `${name}@example.com`);
  await page.fill("#password", "pw");
  await page.keyboard.press("Enter");
  await page.waitForURL(standIn.url);
}

async function arriveAtHome() {
  await signIn();
  await settled("orders", "done");
  await settled("claims", "done");
}

/* ---- what must hold in every state ---- */

async function check(what) {
  assert.deepEqual(await violations(page), [], what);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 700 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${what}: ${wide} px on ${width} px`);
    for (const colorScheme of process.env.PICTURES ? ["light", "dark"] : []) {
      await page.emulateMedia({ colorScheme });
      const name = `${what.replaceAll(/\W+/g, "-")}-${colorScheme}-${width}.png`;
      const file = path.join(process.env.PICTURES, name);
      await page.screenshot({ path: file, fullPage: true });
    }
  }
  const html = await page.content();
  for (const part of [...tokens].flatMap((token) => token.split("."))) {
    assert.ok(!html.includes(part), `${what}: part of a token`);
  }
  assert.deepEqual(problems, [], what);
  const known = [standIn.origin, new URL(api.url).origin];
  assert.deepEqual([...requested].filter((o) => !known.includes(o)), [], what);
}

/* ---- the tests ---- */

test("the checker finds what is planted", async () => {
  await arriveAtHome();
  await page.evaluate(() => {
    const input = document.createElement("input");
    document.querySelector("main").append(input);
    document.querySelector("footer").style.color = "#888888";
  });
  const found = (await violations(page)).map((line) => line.split(/: /, 2));
  assert.deepEqual(found, [
    ["light", "color-contrast"],
    ["light", "label"],
    ["dark", "label"],
  ]);
});

test("the pages, when all is well", async () => {
  await page.goto(standIn.url);
  await check("anonymous");
  await page.goto(`${standIn.url}/signin`);
  await check("sign in");
  await arriveAtHome();
  await check("signed in");
  assert.match(
    await page.getByRole("status").first().textContent(),
    /^2 orders, at \d/,
  );
  api.answers = ["never"];
  await button("orders").click();
  await settled("orders", "loading");
  assert.equal(await page.getByRole("status").first().textContent(), "Loading…");
  await check("loading");
  await page.reload();
  api.rows = [];
  await settled("orders", "done");
  await button("orders").click();
  await page.getByText(/^No orders, at /).waitFor();
  assert.equal(await page.locator("#orders table").count(), 0);
  await check("no orders");
});

test("from the door to the orders and out again, by keyboard alone", async () => {
  await page.goto(standIn.url);
  await tabTo("Sign in");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${standIn.url}/signin`);
  await tabTo("email");
  await page.keyboard.type("ada@example.com");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "password");
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  const alert = page.getByRole("alert");
  await alert.waitFor();

  /* the error is read with the field that has the focus */
  assert.equal(await focused(), "password");
  assert.equal(
    await page.locator("#password").getAttribute("aria-describedby"),
    await alert.getAttribute("id"),
  );
  assert.equal(await alert.textContent(), "That email and password do not fit.");
  assert.equal(await page.title(), "Error: Sign in");
  assert.equal(await page.inputValue("#email"), "ada@example.com");
  assert.equal(await page.inputValue("#password"), "");
  await check("a wrong password");

  await page.keyboard.type("pw");
  await page.keyboard.press("Enter");
  await page.waitForURL(standIn.url);
  await settled("orders", "done");
  await settled("claims", "done");
  for (const id of ["orders", "claims"]) {
    const name = await button(id).textContent();
    await tabTo(name);
    await page.keyboard.press("Enter");
    await settled(id, "done");
    assert.equal(await focused(), name, "the focus stays");
  }
  await page.locator("body").click({ position: { x: 1, y: 1 } });
  await page.reload();
  await tabTo("Sign out");
  await page.keyboard.press("Enter");
  await page.getByText("You are an anonymous visitor").waitFor();
});

test("forms that have become old", async () => {
  await page.goto(`${standIn.url}/signin`);
  await context.clearCookies();
  await page.fill("#email", "ada@example.com");
  await page.fill("#password", "pw");
  await page.keyboard.press("Enter");
  await page.getByText("Your session has expired. Please try again.").waitFor();
  assert.equal(await focused(), "password");
  await check("an expired session");

  /* signed out and in again, in another tab */
  await arriveAtHome();
  const old = page;
  page = await arrive();
  await page.goto(standIn.url);
  await page.click("header button");
  await page.getByText("You are an anonymous visitor").waitFor();
  const anonymous = page;
  await anonymous.goto(`${standIn.url}/signin`);
  page = await arrive();
  await arriveAtHome();
  await old.click("header button");
  await old.getByText("You are still signed in").waitFor();
  page = old;
  await settled("orders", "done");
  await settled("claims", "done");
  assert.equal(await page.getByRole("alert").count(), 1);
  await check("an old button to sign out");
  await page.click("header button");
  await page.getByText("You are an anonymous visitor").waitFor();

  /* who is signed out already, is so */
  await arriveAtHome();
  await context.clearCookies();
  await page.click("header button");
  await page.getByText("You are an anonymous visitor").waitFor();
});

test("a page that is not there", async () => {
  for (const [where, status] of [["/nothing", 404], ["/signout", 405]]) {
    const answer = await page.goto(standIn.url + where);
    assert.equal(answer.status(), status);
    await page.getByRole("heading", { name: String(status) }).waitFor();
    await check(`no page ${status}`);
    await page.getByText("Go to the start page").click();
    await page.waitForURL(standIn.url);
  }
});

const SHOP = "The shop";
const HELP_CENTER = "The help center";
const html = (response) =>
  response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Hello</h1>");
/* a browser asks again where a connection of before is lost */
const lose = (response) => response.destroy();
const answers = (...list) => async () => {
  api.answers = list;
};
const rows = (value) => async () => {
  api.rows = value;
};
const fault = (text) => () => ctl("fault", `token:${text}`);

/* Each: what is pressed; what goes wrong; what is read. */
const ERRORS = [
  ["orders", "expired", answers(401, 401),
    "Your sign-in has expired. Please sign in again (401). Sign in"],
  ["orders", "refused", answers(403),
    `${SHOP} does not let you see this. Please ask its staff (403).`],
  ["orders", "too many", answers(429),
    `${SHOP} has too many visitors. Please try again in a minute (429).`],
  ["orders", "database down", answers(503),
    `${SHOP} is out of order. Please try again in a few minutes (503).`],
  ["orders", "teapot", answers(418),
    `${SHOP} gave an answer that this page does not understand (418).`],
  ["orders", "connection lost", answers(lose, lose, lose, lose),
    `${SHOP} cannot be reached. Please try again in a few minutes.`],
  ["orders", "HTML", answers(html),
    `${SHOP} gave an answer that this page does not understand.`],
  ["orders", "no object", rows([null, 5]),
    `${SHOP} gave an answer that this page does not understand.`],
  ["orders", "offline", () => context.setOffline(true),
    "You are offline. Please try again when you have a connection."],
  ["claims", "offline", () => context.setOffline(true),
    "You are offline. Please try again when you have a connection."],
  ["claims", "signed out", () => context.clearCookies(),
    "You are not signed in any more. Please sign in again. Sign in"],
  ["claims", "403", fault("status=403"),
    "You are not signed in any more. Please sign in again. Sign in"],
  ["claims", "no token", fault("no-token"),
    "You are not signed in any more. Please sign in again. Sign in"],
  ["claims", "too many", fault("status=429"),
    `${HELP_CENTER} has too many visitors. Please try again in a minute (429).`],
  ["claims", "out of order", fault("status=500"),
    `${HELP_CENTER} is out of order. Please try again in a few minutes (500).`],
  ["claims", "unavailable", fault("status=503"),
    `${HELP_CENTER} is out of order. Please try again in a few minutes (503).`],
  ["claims", "plan", fault("status=404"),
    `${HELP_CENTER} gave an answer that this page does not understand (404).`],
  ["claims", "connection lost", fault("reset"),
    `${HELP_CENTER} cannot be reached. Please try again in a few minutes.`],
];

/*
 * Presses the button of a part of the page, by the keyboard.  It is told, the focus goes
 * there, and the next steps are at hand; a second press, when all is well, leaves the
 * focus where it is.
 */
async function seesError(id, what, words) {
  const alert = page.locator(`#${id} [role=alert]`);
  const name = await button(id).textContent();

  assert.equal(await alert.textContent(), words, what);
  assert.equal(await focused(), "alert", what);
  assert.ok(await alert.evaluate((e) => document.activeElement === e), what);
  assert.notEqual(
    await alert.evaluate((e) => getComputedStyle(e).outlineStyle),
    "none",
    what,
  );
  assert.equal(await page.locator(`#${id} table`).count(), 0, what);
  await check(`${id} ${what}`);
  await page.keyboard.press("Tab");
  if (words.endsWith(" Sign in")) {
    assert.equal(await focused(), "Sign in", what);
    await page.keyboard.press("Tab");
  }
  assert.equal(await focused(), name, what);
}

async function seesAllWell(id, what) {
  const name = await button(id).textContent();

  await page.keyboard.press("Enter");
  await settled(id, "done");
  assert.equal(await page.locator("[role=alert]").count(), 0, what);
  assert.equal(await focused(), name, what);
}

test("errors are said in a visitor's words, and the keyboard goes there", async () => {
  await arriveAtHome();
  const cookies = await context.cookies();
  for (const [id, what, happens, words] of ERRORS) {
    await happens();
    await button(id).focus();
    await page.keyboard.press("Enter");
    await settled(id, "failed");
    await seesError(id, what, words);
    await context.setOffline(false);
    await context.addCookies(cookies);
    await forget();
    await seesAllWell(id, what);
  }
});

test("somebody else has signed in, in another tab", async () => {
  await arriveAtHome();
  const here = page;
  page = await arrive();
  await signIn("bob");
  page = here;
  await button("claims").focus();
  await page.keyboard.press("Enter");
  await settled("claims", "failed");
  const words = "Somebody else has signed in. Please reload the page.";
  await seesError("claims", "somebody else", words);
  await page.reload();
  await page.getByText("bob@example.com").waitFor();
});

test("no answer in time", async () => {
  await page.clock.install();
  const begin = (response) => response.writeHead(200).write("[");
  const toApi = (request) => request.url() === api.url;
  for (const [id, happens, asked, words] of [
    ["orders", answers("never"), toApi,
      `${SHOP} takes too long to answer. Please try again.`],
    ["orders", answers(begin), toApi,
      `${SHOP} takes too long to answer. Please try again.`],
    ["claims", fault("stall-headers"), (request) => /\/token$/.test(request.url()),
      `${HELP_CENTER} cannot be reached. Please try again in a few minutes.`],
    ["claims", fault("stall"), (request) => /\/token$/.test(request.url()),
      `${HELP_CENTER} cannot be reached. Please try again in a few minutes.`],
  ]) {
    await arriveAtHome();
    await happens();
    await button(id).focus();
    const asking = page.waitForRequest(asked);
    await page.keyboard.press("Enter");
    await asking;
    await page.clock.fastForward(10_000);
    await settled(id, "failed");
    await seesError(id, "timeout", words);
    await forget();
    await seesAllWell(id, "timeout");
  }
});

test("the shop's server is down when the page is opened", async () => {
  const { port } = api;
  await arriveAtHome();
  await api.close();
  try {
    await page.reload();
    await settled("orders", "failed");
    await settled("claims", "done");
    assert.equal(
      await page.getByRole("alert").textContent(),
      `${SHOP} cannot be reached. Please try again in a few minutes.`,
    );
    assert.equal(
      await page.evaluate(() => document.activeElement === document.body),
      true,
      "nobody has pressed anything",
    );
    await check("server down");
  } finally {
    await api.listen(port);
  }
});

test("one request at a time, and the focus of who has gone on stays", async () => {
  let held;
  await arriveAtHome();
  api.answers = [(response) => (held = response)];
  await tabTo("Reload orders");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await waitFor("the API's call", () => held);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "New token");
  held.writeHead(503).end();
  await settled("orders", "failed");
  assert.equal(await focused(), "New token");
  assert.equal(api.calls.length, 2, "one of the page's, one of the button's");
});

test("what a shop may have in its rows, on a phone", async () => {
  api.rows = [
    { order: 1, item: "x".repeat(300), placed: "2026-01-14", state: "delivered" },
    { order: 2, item: '<img src="x">', placed: "2026-99-99", state: null },
    { order: 3, item: { colours: ["red"] }, placed: "2026-03-21" },
  ];
  await arriveAtHome();
  await page.setViewportSize({ width: 360, height: 700 });
  const lines = (selector) =>
    page.locator(selector).evaluateAll((all) =>
      all.map((each) => {
        const range = document.createRange();
        range.selectNodeContents(each);
        return range.getClientRects().length;
      }),
    );
  assert.deepEqual(await lines("#orders time"), [1, 1], "a day is on one line");
  assert.deepEqual(await lines("#orders td:last-child"), [1, 0, 0]);
  assert.equal(await page.locator("#orders img").count(), 0);
  await check("odd orders");
});

test("exp is a time, and a claim may be anything", async () => {
  const claims = (payload) => {
    const part = Buffer.from(payload).toString("base64url");
    return page.route(/integration\/token$/, (route) =>
      route.fulfill({ json: { token: `e30.${part}.x` } }),
    );
  };
  await arriveAtHome();
  const time = page.locator("#claims time");
  const shown = Date.parse(await time.getAttribute("datetime"));
  assert.ok(Math.abs(shown - Date.now()) < 600_000, "it is about now");
  assert.match(await time.textContent(), /^[A-Z][a-z]+ \d+, 20\d\d, \d+:\d\d:\d\d/);

  await claims(
    JSON.stringify({ exp: 1e300, nbf: null, iat: "soon", name: "Zoë", a: [1] }),
  );
  await button("claims").click();
  await page.getByText("Zoë").waitFor();
  await settled("claims", "done");
  assert.equal(await time.count(), 0);
  await check("odd claims");

  for (const payload of ["null", "5", "{", '{"name":"\xff"']) {
    await page.unroute(/integration\/token$/);
    await claims(payload);
    await button("claims").click();
    await settled("claims", "failed");
    assert.equal(
      await page.locator("#claims [role=alert]").textContent(),
      `${HELP_CENTER} gave an answer that this page does not understand.`,
    );
  }
});

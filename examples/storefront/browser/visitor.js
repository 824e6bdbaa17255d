/*
 * Debian's Chromium, driven by Playwright, and a visitor in it.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import tls from "node:tls";

import { chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
/* how long a busy machine may take, for what goes well */
const PATIENCE = 120_000;

/*
 * The help center's certificate is from a test CA that no browser knows.  We
 * verify it by that CA, and let the browser accept exactly its public key.
 */
function publicKeyPin(url, caFile) {
  const { hostname, port } = new URL(url);

  return new Promise((resolve, reject) => {
    const socket = tls.connect(
      { host: hostname, port, ca: readFileSync(caFile) },
      () => {
        const { publicKey } = socket.getPeerX509Certificate();
        const spki = publicKey.export({ type: "spki", format: "der" });
        socket.destroy();
        resolve(createHash("sha256").update(spki).digest("base64"));
      },
    );
    socket.once("error", reject);
  });
}

export async function openBrowser(shop) {
  const pin = await publicKeyPin(shop.url, shop.caFile);
  return launchBrowser(shop.dir, [
    `--ignore-certificate-errors-spki-list=${pin}`,
  ]);
}

/* Whatever browser and driver leave is in that directory. */
export async function launchBrowser(dir, args = []) {
  process.env.TMPDIR = dir;
  return chromium.launch({
    executablePath: CHROMIUM,
    timeout: PATIENCE,
    env: { ...process.env, HOME: dir },
    /* the test ends in its own way */
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
    args: [
      ...args,
      /* containers seldom have what its sandbox needs; it sees our pages only */
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/*
 * A visitor with a browser profile of their own.  What their page did is kept:
 * the statuses of the API's answers, and all tokens that it got.
 */
export class Visitor {
  static async arrive(browser, shop) {
    const context = await browser.newContext({
      viewport: { width: 800, height: 760 },
    });
    context.setDefaultTimeout(PATIENCE);
    return new Visitor(shop, context, await context.newPage());
  }

  constructor(shop, context, page) {
    this.shop = shop;
    this.context = context;
    this.page = page;
    this.answers = [];
    this.tokens = [];
    this.tokenRequests = 0;
    page.on("response", (response) => {
      const request = response.request();
      if (response.url() === shop.apiUrl && request.method() === "GET") {
        this.answers.push(response.status());
      }
    });
    page.on("request", (request) => {
      const bearer = request.headers().authorization;
      if (bearer) {
        this.tokens.push(bearer.replace(/^Bearer /, ""));
      }
      if (request.url().endsWith("/integration/token")) {
        this.tokenRequests++;
      }
    });
  }

  async signIn(name) {
    await this.page.goto(`${this.shop.url}/signin`);
    await this.page.fill("#email", `${name}@example.com`);
    await this.page.fill("#password", `${name}-password`);
    await this.page.click("main button");
    await this.page.waitForURL(this.shop.url);
  }

  async signOut() {
    await this.page.click("header button");
    await this.page.getByText("You are an anonymous visitor").waitFor();
  }

  /* Presses the button of a part of the page, which hears it when it is at rest. */
  async press(id) {
    await this.page.locator(`#${id}:not([data-state=loading])`).waitFor();
    await this.page.click(`[aria-controls=${id}]`);
  }

  async reloadOrders() {
    await this.press("orders");
  }

  /* Presses "New token", and waits until its claims are there. */
  async newToken() {
    await this.press("claims");
    await this.page.locator("#claims[data-state=done]").waitFor();
  }

  /* The items of the orders on the page; null where it shows none at all. */
  items() {
    return this.page.evaluate(() => {
      const place = document.getElementById("orders");
      const rows = place?.querySelectorAll("tr") ?? [];
      return rows.length === 0
        ? null
        : [...rows].slice(1).map((row) => row.cells[1].textContent);
    });
  }

  /* What the page shows in the place of the orders. */
  ordersText() {
    return this.page.locator("#orders").textContent();
  }

  /* From now on, does the page ever show a failure? */
  async watchForFailure() {
    await this.page.evaluate(() => {
      window.failures = [];
      new MutationObserver(() => {
        const { dataset, textContent } = document.getElementById("orders");
        if (dataset.state === "failed") {
          window.failures.push(textContent);
        }
      }).observe(document.getElementById("orders"), {
        attributes: true,
        childList: true,
        subtree: true,
      });
    });
  }

  failures() {
    return this.page.evaluate(() => window.failures);
  }

  /* Forgets what the page did until now. */
  forget() {
    this.answers = [];
    this.tokenRequests = 0;
  }

  leave() {
    return this.context.close();
  }
}

/*
 * The theme's script, below help-center-api.js, as a real theme has it: that asks
 * the help center for a JWT of the visitor, and sends it as a bearer token to a
 * third party's API.
 *
 * The claims are shown for people to see.  A theme needs to read none of them: who
 * the visitor is, the API learns from the signed token, never from anything else
 * the page sends.
 */
"use strict";

(() => {
  const HELP_CENTER = "The help center";
  const SHOP = "The shop";

  const setting = (name) =>
    document.querySelector(`meta[name="${name}"]`)?.content ?? "";

  /* base64url of UTF-8, which atob() alone reads wrongly. */
  function decodePart(part) {
    const base64 = part.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  }

  const failed = (name, status) =>
    Object.assign(new Error(name), { name, status });

  const isObject = (value) => typeof value === "object" && value !== null;

  function claimsOf(jwt) {
    let claims;
    try {
      claims = decodePart(jwt.split(".")[1]);
    } catch (error) {
      /* treated as any other text that is no object */
    }
    if (!isObject(claims)) {
      throw failed("Unreadable");
    }
    return claims;
  }

  async function callApi(url) {
    const response = await helpCenterApi(url);
    if (!response.ok) {
      throw failed("Refused", response.status);
    }
    const rows = [].concat(await response.json());
    if (!rows.every(isObject)) {
      throw failed("Unreadable");
    }
    return rows;
  }

  /* ---- what is shown ---- */

  function element(name, ...children) {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  }

  const format = (date, style) =>
    date.toLocaleString(document.documentElement.lang, style);

  function time(date, text) {
    const made = element("time", text);
    made.dateTime = date.toISOString();
    return made;
  }

  function show(value) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(text) : NaN;
    return Number.isNaN(Number(day)) ? text : time(day, text);
  }

  /* On a phone, words stay whole, except those that would push the rest out. */
  function showValue(value) {
    const cell = element("td", show(value));
    cell.className = /\S{10}/.test(cell.textContent) ? "long" : "";
    return cell;
  }

  /* exp, nbf and iat are seconds since 1970, which nobody reads. */
  function showClaim(name, value) {
    const cell = showValue(value);
    const date = new Date(typeof value === "number" ? value * 1000 : NaN);
    if (/^(exp|nbf|iat)$/.test(name) && !Number.isNaN(Number(date))) {
      const style = { dateStyle: "medium", timeStyle: "long" };
      cell.append(" (", time(date, format(date, style)), ")");
    }
    return cell;
  }

  function heading(scope, text) {
    const made = element("th", text);
    made.scope = scope;
    return made;
  }

  const row = (...cells) => element("tr", ...cells);

  /* ---- what went wrong ---- */

  /*
   * In the visitor's words, and what they can do about it.  The status is for who
   * mends it.
   */
  function explain({ name, status = 0 }, asked) {
    const who = name === "TokenError" ? HELP_CENTER : asked;
    const code = status === 0 ? "" : ` (${status})`;

    if (name === "SignedOut") {
      return "You are not signed in any more. Please sign in again.";
    }
    if (name === "VisitorError") {
      return "Somebody else has signed in. Please reload the page.";
    }
    /* the second: its body has come in part */
    if (name === "TimeoutError" || name === "AbortError") {
      return `${who} takes too long to answer. Please try again.`;
    }
    if (name === "TypeError" || (name === "TokenError" && status === 0)) {
      return navigator.onLine
        ? `${who} cannot be reached. Please try again in a few minutes.`
        : "You are offline. Please try again when you have a connection.";
    }
    if (status === 401) {
      return `Your sign-in has expired. Please sign in again${code}.`;
    }
    if (status === 403) {
      return `${who} does not let you see this. Please ask its staff${code}.`;
    }
    if (status === 429) {
      return `${who} has too many visitors. Please try again in a minute${code}.`;
    }
    if (status >= 500) {
      return `${who} is out of order. Please try again in a few minutes${code}.`;
    }
    return `${who} gave an answer that this page does not understand${code}.`;
  }

  function message(error, asked) {
    const made = element("p", explain(error, asked));
    made.setAttribute("role", "alert");
    made.tabIndex = -1;
    if (error.name === "SignedOut" || error.status === 401) {
      const link = element("a", "Sign in");
      link.href = "/hc/en-us/signin";
      made.append(" ", link);
    }
    return made;
  }

  /*
   * A part of the page that is fetched, now and when its button is pressed.
   * fetchTable() gives what is said of it in a few words, and the rows; source is
   * whom it asks.
   *
   * A screen reader says the words, and an error at once.  The focus stays on the
   * button, but goes to an error: what can be done about it stands there.
   */
  function panel(id, source, fetchTable) {
    const place = document.getElementById(id);
    const button = document.querySelector(`[aria-controls="${id}"]`);
    const words = element("p");
    const content = element("div");

    async function load(asked) {
      if (place.dataset.state === "loading") {
        return;
      }
      place.dataset.state = "loading";
      words.textContent = "Loading…";
      content.querySelector("[role=alert]")?.remove();
      try {
        const [text, rows] = await fetchTable();
        const table = element("table", element("tbody", ...rows));
        table.setAttribute("aria-labelledby", `${id}-title`);
        content.replaceChildren(...(rows.length === 0 ? [] : [table]));
        words.textContent = `${text}, at ${format(new Date(), { timeStyle: "medium" })}`;
        place.dataset.state = "done";
      } catch (error) {
        const alert = message(error, source);
        content.replaceChildren(alert);
        words.textContent = "";
        place.dataset.state = "failed";
        /* unless the visitor has gone on to something else */
        if (asked && [button, document.body].includes(document.activeElement)) {
          alert.focus();
        }
      }
    }

    words.setAttribute("role", "status");
    place.append(words, content);
    button.addEventListener("click", () => load(true));
    load(false);
  }

  /* The page is a signed-in visitor's; the session may have ended since. */
  function known(token) {
    if (token === null) {
      throw failed("SignedOut");
    }
    return token;
  }

  async function fetchClaims() {
    const claims = claimsOf(known(await helpCenterApi.newToken()));
    const rows = Object.entries(claims).map(([name, value]) =>
      row(heading("row", name), showClaim(name, value)),
    );
    return ["A new token", rows];
  }

  async function fetchOrders() {
    known(await helpCenterApi.token());
    const orders = await callApi(setting("api-url"));
    const columns = [...new Set(orders.flatMap(Object.keys))];
    const rows = orders.map((order) =>
      row(...columns.map((column) => showValue(order[column] ?? ""))),
    );
    if (rows.length === 0) {
      return ["No orders", []];
    }
    return [
      rows.length === 1 ? "1 order" : `${rows.length} orders`,
      [row(...columns.map((column) => heading("col", column))), ...rows],
    ];
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.getElementById("claims")) {
      panel("claims", HELP_CENTER, fetchClaims);
    }
    if (document.getElementById("orders")) {
      panel("orders", SHOP, fetchOrders);
    }
  });
})();

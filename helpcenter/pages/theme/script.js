/*
 * The theme's script, below help-center-api.js, as a real theme has it: that asks
 * the help center for a JWT of the visitor, and sends it as a bearer token to a
 * third party's API.
 *
 * The claims are shown for people to see.  A theme needs to read nothing but
 * "exp"; who the visitor is, the API learns from the signed token, never
 * from anything else the page sends.
 */
"use strict";

(() => {
  const setting = (name) =>
    document.querySelector(`meta[name="${name}"]`)?.content ?? "";

  /* base64url of UTF-8, which atob() alone reads wrongly. */
  function decodePart(part) {
    const base64 = part.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  }

  const claimsOf = (jwt) => decodePart(jwt.split(".")[1]);

  async function callApi(url) {
    const response = await helpCenterApi(url);
    if (!response.ok) {
      throw new Error(`the API answered ${response.status}`);
    }
    return response.json();
  }

  const show = (value) =>
    typeof value === "string" ? value : JSON.stringify(value);

  function addRow(table, tag, cells) {
    const row = table.insertRow();
    for (const cell of cells) {
      row.appendChild(document.createElement(tag)).textContent = show(cell);
    }
  }

  function showRows(place, rows) {
    const table = document.createElement("table");
    const list = Array.isArray(rows) ? rows : [rows];
    const columns = [...new Set(list.flatMap((row) => Object.keys(row)))];
    addRow(table, "th", columns);
    for (const row of list) {
      addRow(table, "td", columns.map((column) => row[column] ?? ""));
    }
    place.replaceChildren(table);
    place.dataset.state = "done";
  }

  function showError(place, error) {
    place.textContent = error.message;
    place.dataset.state = "failed";
  }

  async function showClaims() {
    const place = document.getElementById("claims");
    try {
      const claims = claimsOf(await helpCenterApi.newToken());
      const table = document.createElement("table");
      for (const [name, value] of Object.entries(claims)) {
        addRow(table, "td", [name, value]);
      }
      place.replaceChildren(table);
      place.dataset.state = "done";
    } catch (error) {
      showError(place, error);
    }
  }

  async function showOrders() {
    const place = document.getElementById("orders");
    try {
      showRows(place, await callApi(setting("api-url")));
    } catch (error) {
      showError(place, error);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.getElementById("claims")) {
      showClaims();
    }
    if (document.getElementById("orders") && setting("api-url")) {
      showOrders();
    }
    document.getElementById("new-token")?.addEventListener("click", showClaims);
    document.getElementById("reload")?.addEventListener("click", showOrders);
  });
})();

/*
 * In the help center's theme: calls PostgREST with a help center token.
 *
 *     const orders = await callApi("https://api.example.com/orders");
 */
"use strict";

const TOKEN_URL = "/api/v2/help_center/integration/token";

let token = null;

async function newToken() {
  const response = await fetch(TOKEN_URL, { credentials: "same-origin" });
  /* nobody is signed in: an anonymous request */
  token = response.ok ? ((await response.json()).token ?? null) : null;
}

async function callApi(url, options = {}) {
  const call = () =>
    fetch(url, {
      ...options,
      headers: {
        ...options.headers,
        ...(token === null ? {} : { "X-Help-Center-Token": token }),
      },
    });

  if (token === null) {
    await newToken();
  }
  let response = await call();
  if (response.status === 401) {
    /* the token has expired, or the help center's keys have changed */
    await newToken();
    response = await call();
  }
  if (!response.ok) {
    throw new Error(`the API answered ${response.status}`);
  }
  return response.json();
}

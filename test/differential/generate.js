/*
 * Writes tokens, and the keys that they are to be verified with.
 *
 *     node generate.js SEED COUNT DIRECTORY
 *
 * DIRECTORY/tokens: a number, the help center, what was changed, and the token in
 * hexadecimal, a line each.  DIRECTORY/keys: help center, kid, JWK, and the public key
 * in PEM, without line breaks.  The same seed makes the same files.
 */
import fs from "node:fs";

import { Key } from "./keys.js";
import { FUTURE, harmless, keyMutations, mutations } from "./mutations.js";
import { Random } from "./random.js";

const [seed, count] = process.argv.slice(2, 4).map(Number);
const directory = process.argv[4];
const random = new Random(seed);

const keys = {
  acme: new Key(random, 2048, 65537),
  cubic: new Key(random, 2048, 3),
  odd: new Key(random, 2049, 65537),
  attacker: new Key(random, 2048, 65537),
};
for (const [kid, key] of Object.entries(keys)) key.jwk = { kty: "RSA", ...key.numbers, kid };

/* ---- help centers: two with keys as they should be, many with one that is changed ---- */

const VARIANTS = 60;
const centers = {
  plain: ["acme", "cubic", "odd"].map((kid) => [kid, keys[kid].jwk, keys[kid]]),
  strict: [["strict", { ...keys.acme.jwk, kid: "strict" }, keys.acme]],
};
const variants = [];
for (let i = 0; i < VARIANTS; i++) {
  const key = keys[random.one(["acme", "cubic", "odd"])];
  const jwk = { ...key.jwk, kid: `key-${i}` };
  const changes = random.rarely(3) ? [random.one(Object.keys(keyMutations))] : [];
  changes.push(Object.keys(keyMutations)[i % Object.keys(keyMutations).length]);
  for (const name of changes) keyMutations[name](jwk, random, key);
  centers[`center-${i}`] = [[`key-${i}`, jwk, key]];
  variants.push({ center: `center-${i}`, kid: `key-${i}`, key, changes });
}

/* ---- tokens ---- */

function draft(center, kid, signer) {
  return {
    center,
    header: [['"typ"', '"JWT"'], ['"alg"', '"RS256"'], ['"kid"', JSON.stringify(kid)]],
    payload: [
      ['"userId"', "377841432074"],
      ['"email"', '"jane@example.com"'],
      ['"exp"', `${FUTURE}`],
      ...(center === "strict" ? [['"aud"', '"the audience"'], ['"iss"', '"the issuer"']] : []),
    ],
    space: () => "",
    edits: [],
    signer,
    sign: (input, key) => key.sign(input),
    signed: [],
    encoded: [],
    parts: [],
  };
}

const json = (members, space) =>
  `${space()}{${members.map(([name, value]) => `${space()}${name}${space()}:${space()}${value}${space()}`).join(",")}}${space()}`;

/* the token, each character of which is a byte */
function serialize(made) {
  const text = ["header", "payload"].map((part) =>
    made.edits.filter(([of]) => of === part).reduce((t, [, edit]) => edit(t), json(made[part], made.space)));
  const encode = (t) => Buffer.from(t, "latin1").toString("base64url");
  const parts = made.encoded.reduce((p, change) => change(p), text.map(encode));
  made.input = parts.join(".");
  let signature = made.sign(made.input, made.signer);
  for (const change of made.signed) signature = change(signature, made.signer, made.input);
  return made.parts.reduce((p, change) => change(p), [...made.input.split("."), signature.toString("base64url")]).join(".");
}

function token() {
  let made;
  const changes = [];
  if (random.rarely(10)) {
    const variant = random.one(variants);
    made = draft(variant.center, variant.kid, variant.key);
    changes.push(...variant.changes.map((name) => `key: ${name}`));
    if (!random.rarely(10)) return [made.center, changes, serialize(made)];
  } else {
    const kid = random.one(["acme", "acme", "acme", "cubic", "odd"]);
    made = random.rarely(4) ? draft("strict", "strict", keys.acme) : draft("plain", kid, keys[kid]);
  }
  const all = random.rarely(4) ? harmless : Object.keys(mutations);
  for (let n = random.one([0, 1, 1, 1, 1, 1, 2, 2, 2, 3]); n > 0; n--) {
    const name = random.one(all);
    changes.push(name);
    mutations[name](made, random, keys);
  }
  return [made.center, changes, serialize(made)];
}

const lines = [];
for (let i = 1; i <= count; i++) {
  const [center, changes, text] = token();
  lines.push([i, center, changes.join(", ") || "nothing", Buffer.from(text, "latin1").toString("hex")].join("\t"));
}
fs.writeFileSync(`${directory}/tokens`, `${lines.join("\n")}\n`);

fs.writeFileSync(`${directory}/keys`, Object.entries(centers).flatMap(([center, list]) =>
  list.map(([kid, jwk, key]) => [center, kid, JSON.stringify(jwk), key.pem.replaceAll("\n", "|")].join("\t") + "\n")).join(""));

/*
 * Compares what hcjwt, jose and libjwt say of the same tokens.
 *
 *     node judge.js DIRECTORY
 *
 * Whatever hcjwt accepts, both others accept, with the same claims, except for the
 * differences listed here.  What others accept and hcjwt refuses is counted by the
 * check that refuses it.  A token that hcjwt accepts is also the only base64url of its
 * bytes.  The exit status is 1 where a difference is not listed.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import { isDeepStrictEqual } from "node:util";

/* jose needs it; Node.js 18 has it in its module "crypto" only */
globalThis.crypto ??= crypto.webcrypto;
const { createLocalJWKSet, jwtVerify } = await import("jose");

const directory = process.argv[2];
const lines = (name) =>
  fs.readFileSync(`${directory}/${name}`, "utf8").split("\n").slice(0, -1).map((line) => line.split("\t"));

/* ---- what hcjwt accepts and another does not ---- */

/* Part i of a token, decoded.  The token may be any text. */
const part = (text, i) => Buffer.from(text.split(".")[i] ?? "", "base64url").toString();
const header = ({ text }) => {
  try {
    return JSON.parse(part(text, 0)) ?? {};
  } catch {
    return {};
  }
};
const key = ({ center, text }) => centers[center].keys.find(({ kid }) => kid === header({ text }).kid) ?? {};
const integers = (json) =>
  (json.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d+(?![\d.eE])/g) ?? []).some(
    (number) => BigInt.asIntN(64, BigInt(number)) !== BigInt(number));
const differences = [
  {
    by: "libjwt",
    name: "typ application/jwt",
    /* RFC 7515, 4.1.9: "application/" may stand there; libjwt 1.10 knows "JWT" alone */
    applies: (token) => /^application\/jwt$/i.test(header(token).typ),
  },
  {
    by: "libjwt",
    name: "an integer of more than 64 bits",
    /* RFC 8259, 6, sets no limit, hcjwt's is 40 digits; jansson's is json_int_t */
    applies: ({ text }) => integers(part(text, 0)) || integers(part(text, 1)),
  },
  {
    by: "jose",
    name: "a JWK whose use, key_ops, alg or ext is null",
    /* hcjwt counts null as absent: some software writes all members */
    applies: (token) => ["use", "key_ops", "alg", "ext"].some((name) => key(token)[name] === null),
  },
  {
    by: "jose",
    name: "a JWK with an odd key_ops or ext",
    /* RFC 7517, 4.3: values no verifier needs, and no operation twice; hcjwt looks for "verify" */
    applies: (token) => key(token).key_ops?.length > 1 || !["undefined", "boolean"].includes(typeof key(token).ext),
  },
];

/* ---- the three verdicts ---- */

const centers = {};
for (const [center, , jwk] of lines("keys")) (centers[center] ??= { keys: [] }).keys.push(JSON.parse(jwk));
const resolvers = Object.fromEntries(Object.entries(centers).map(([name, jwks]) => [name, createLocalJWKSet(jwks)]));
const libjwt = new Map(lines("libjwt").map(([number, ...claims]) => [number, claims.join("\t")]));

async function jose(token, center) {
  try {
    const { payload } = await jwtVerify(token, resolvers[center], {
      algorithms: ["RS256"],
      clockTolerance: 300,
      requiredClaims: ["exp"],
      ...(center === "strict" ? { audience: "the audience", issuer: "the issuer" } : {}),
    });
    return { payload };
  } catch (error) {
    return { error: error.code ?? error.name };
  }
}

/* ---- the comparison ---- */

/* jsonb's numbers are decimal, and have no minus zero */
const claimsOf = (json) => JSON.parse(json, (name, value) => (value === 0 ? 0 : value));

const count = (table, ...names) => {
  const name = names.join(": ");
  table[name] = (table[name] ?? 0) + 1;
};
const verdicts = {};
const known = {};
const refused = {};
const unknown = [];

function compare(token, by, accepted, claims) {
  if (!accepted) {
    const difference = differences.find((d) => d.by === by && d.applies(token));
    if (difference) count(known, by, difference.name);
    else unknown.push([by, "refuses", token]);
  } else if (!isDeepStrictEqual(claimsOf(claims), claimsOf(token.payload))) {
    unknown.push([by, "reads other claims of", token]);
  }
}

const hcjwt = lines("hcjwt");
const tokens = lines("tokens");
if (hcjwt.length !== tokens.length) throw new Error("hcjwt did not judge all tokens");
const batch = tokens.map(([number, center, changes, hex], i) => ({
  number, center, changes, text: Buffer.from(hex, "hex").toString("latin1"),
  verdict: hcjwt[i][1], payload: Buffer.from(hcjwt[i][2], "hex").toString(),
}));
for (const token of batch) {
  const { center, number, text, verdict } = token;
  const theirs = await jose(text, center);

  count(verdicts, verdict);
  if (verdict === "ok") {
    /* jose on Node.js and libjwt accept other spellings of base64url, too; hcjwt must not */
    if (text.split(".").some((part) => Buffer.from(part, "base64url").toString("base64url") !== part)) {
      unknown.push(["base64url", "has another spelling for", token]);
    }
    compare(token, "jose", !theirs.error, JSON.stringify(theirs.payload));
    compare(token, "libjwt", libjwt.has(number), libjwt.get(number));
  } else {
    if (!theirs.error) count(refused, verdict, "jose");
    if (libjwt.has(number)) count(refused, verdict, "libjwt");
  }
}

/* ---- what came out ---- */

const print = (title, table) => {
  console.log(`# ${title}`);
  for (const name of Object.keys(table).sort()) console.log(`${table[name]}\t${name}`);
};
print("hcjwt's verdicts", verdicts);
print("accepted by hcjwt, refused by another: listed", known);
print("refused by hcjwt, by this check, accepted by another", refused);
console.log("# accepted by hcjwt, and not listed");
for (const [by, what, token] of unknown.slice(0, 20)) {
  console.log(`${by} ${what} number ${token.number} (${token.changes}), ${token.center}: ${token.text}`);
}
console.log(`# ${tokens.length} tokens, ${verdicts.ok ?? 0} accepted, ${unknown.length} differences not listed`);
process.exitCode = unknown.length ? 1 : 0;

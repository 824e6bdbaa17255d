/*
 * Ways to change a token, each of which has a name.
 *
 * A draft has the members of header and payload, as pairs of JSON texts.  It also says
 * what is done to the texts that are made of them, how these are encoded, and who signs.
 * A mutation changes one of these.
 */
import crypto from "node:crypto";

import { dates, FUTURE, names, others, PAST, spaces, strings, values } from "./values.js";

/* ---- members ---- */

const without = (members, name) => members.filter(([n]) => n !== `"${name}"`);
const set = (draft, part, name, value) => {
  draft[part] = [...without(draft[part], name), [`"${name}"`, value]];
};

const sets = (part, name, list) => (draft, random) => set(draft, part, name, random.one(list));

/* The text with one of its characters written as an escape. */
const escaped = (text, random) => {
  const at = 1 + random.below(Math.max(1, text.length - 2));
  const code = text.charCodeAt(at);
  if (text.includes("\\") || !(code < 0x80)) return text;
  const hex = code.toString(16).padStart(4, "0");
  return `${text.slice(0, at)}\\u${random.rarely(2) ? hex : hex.toUpperCase()}${text.slice(at + 1)}`;
};

const part = (random) => random.one(["header", "payload"]);
const member = (draft, random) => random.one(draft[part(random)]) ?? ['"x"', "1"];

const members = {
  "alg": sets("header", "alg", [
    '"rs256"', '"RS256 "', '" RS256"', '"Rs256"', '"RS\\u0032\\u00356"', '"RS256\\u0000"', '"RS384"', '"RS512"',
    '"PS256"', '"ES256"', '"EdDSA"', '"HS256"', '"none"', '"None"', '""', "null", "256", '["RS256"]', '{"a":"RS256"}',
  ]),
  "kid": sets("header", "kid", [
    '"other"', '"acme-3"', '"acme "', '"ACME"', '"acm\\u0065"', '"acme\\u0000"', '""', "null", "1", '["acme"]',
    `"${"k".repeat(512)}"`, `"${"k".repeat(513)}"`, '"../acme"', '"a\' OR 1=1 --"', ...strings,
  ]),
  "typ": sets("header", "typ", [
    '"jwt"', '"JwT"', '"application/jwt"', '"APPLICATION/JWT"', '"appl\\u0069cation/jwt"', '"at+jwt"', '"JWE"',
    '"JWT "', '""', "null", "1", '["JWT"]', '"text/jwt"',
  ]),
  "crit": (draft, random) => {
    set(draft, "header", "crit", random.one(['["exp"]', "[]", '["b64"]', "null", '"exp"', '["crit"]', '["a"]', "[1]"]));
    if (random.rarely(2)) set(draft, "header", random.one(["exp", "a"]), "1");
  },
  "b64": (draft, random) => {
    set(draft, "header", "b64", random.one(["true", "false", "null", '"false"']));
    if (random.rarely(2)) set(draft, "header", "crit", '["b64"]');
  },
  "a key in the header": (draft, random, keys) => {
    const { jwk, der } = keys.attacker;
    set(draft, "header", ...random.one([
      ["jwk", JSON.stringify(jwk)], ["jku", '"https://attacker.example/keys"'],
      ["x5u", '"https://attacker.example/x"'], ["x5c", JSON.stringify([der.toString("base64")])],
    ]));
    if (random.rarely(2)) draft.signer = keys.attacker;
  },
  "exp": sets("payload", "exp", dates),
  "nbf": sets("payload", "nbf", dates),
  "iat": sets("payload", "iat", dates),
  "aud": sets("payload", "aud", [
    '"the audience"', '"\\u0074he audience"', '["x","the audience"]', '[["the audience"]]', '"The audience"', "[]",
    '["x"]', '["the audience",1]', "null", "1", "{}", '{"0":"the audience"}', ...strings,
  ]),
  "iss": sets("payload", "iss", [
    '"the issuer"', '"the \\u0069ssuer"', '["the issuer"]', '"the issuer/"', "null", "1", ...strings,
  ]),
  "a member more": (draft, random) => draft[part(random)].push([`"${random.one(names)}"`, random.one(values)]),
  "many members": (draft, random) => {
    for (let i = 0; i < 40; i++) draft.payload.push([`"m${i}"`, random.one(["1", '"x"', "true", "null"])]);
  },
  "a member twice": (draft, random) => {
    const list = draft[part(random)];
    const [name, value] = random.one(list) ?? ['"x"', "1"];
    const again = [random.rarely(2) ? escaped(name, random) : name, random.rarely(3) ? random.one(values) : value];
    if (random.rarely(2)) list.push(again);
    else list.unshift(again);
  },
  "a member less": (draft, random) => {
    const list = draft[part(random)];
    list.splice(random.below(list.length), 1);
  },
  "an escape in a name": (draft, random) => {
    const one = member(draft, random);
    one[0] = escaped(one[0], random);
  },
  "an escape in a value": (draft, random) => {
    const one = member(draft, random);
    if (one[1].startsWith('"')) one[1] = escaped(one[1], random);
  },
  "a name's case": (draft, random) => {
    const one = member(draft, random);
    one[0] = one[0].toUpperCase();
  },
  "another value": (draft, random) => {
    member(draft, random)[1] = random.one(values);
  },
  "the order": (draft) => {
    draft.header.reverse();
    draft.payload.reverse();
  },
};

/* ---- JSON texts ---- */

const texts = {
  "white space": (draft, random) => {
    draft.space = () => random.one(spaces);
  },
  "no white space": (draft, random) => {
    const odd = random.one(others);
    draft.space = () => (random.rarely(12) ? odd : "");
  },
  "no object": (draft, random) => {
    const which = part(random);
    draft.edits.push([which, (text) => random.one([`[${text}]`, `${text}${text}`, `${text},`, `${text} x`, `"${text}"`,
      "null", "1", "[]", "", " ", text.slice(0, -1), `${text}}`, `\xef\xbb\xbf${text}`, text.replaceAll('"', "'"),
      text.replace("}", ",}"), `${text}\x00`, `${text}\n`, ` ${text}`])]);
  },
  "UTF-16": (draft, random) => {
    draft.edits.push([part(random), (text) => Buffer.from(text, "utf16le").toString("latin1")]);
  },
  "a byte": (draft, random) => {
    const which = part(random);
    draft.edits.push([which, (text) => {
      const at = random.below(text.length + 1);
      return text.slice(0, at) + random.one(["", String.fromCharCode(random.below(256))]) + text.slice(at + random.below(2));
    }]);
  },
};

/* ---- signatures ---- */

const INFO = {
  sha256: "3031300d060960864801650304020105000420",
  sha512: "3051300d060960864801650304020305000440",
  sha1: "3021300906052b0e03021a05000414",
};
const infos = [
  INFO.sha256, INFO.sha512, INFO.sha1, "", "302f300b0609608648016503040201" + "0420",
  "3033300f060960864801650304020105000500" + "0420", "3035301106096086480165030402010404deadbeef0420",
  "3035301106096086480165030402010504deadbeef0420", "308131300d060960864801650304020105000420",
  "303230810d060960864801650304020105000420", "3032300d06096086480165030402010500048120",
  "30820031300d060960864801650304020105000420", "3080300d060960864801650304020105000420",
  "3031300d060960864801650304020105000320", "3131300d060960864801650304020105000420",
  "3031300d060960864801650304020105010420",
];

/* first, type, so many bytes of pad, 00, info, digest, and garbage to the end */
function block(length, { first = 0, type = 1, pad = 0xff, info = INFO.sha256, digest, garbage = 0, filler = 0xff }) {
  const tail = Buffer.concat([Buffer.from([0]), Buffer.from(info, "hex"), digest, Buffer.alloc(garbage, filler)]);
  return Buffer.concat([Buffer.from([first, type]), Buffer.alloc(length - 2 - tail.length, pad), tail]);
}

const forged = (change) => (draft, random) => {
  draft.sign = (input, key) => {
    const digest = crypto.createHash("sha256").update(input).digest();
    const made = block(key.length, { digest, ...change(random, key, digest) });
    /* no number of as many bits as the modulus or more */
    return key.raw(key.number(made) < key.n ? made : Buffer.concat([Buffer.from([0]), made.subarray(1)]));
  };
};

const changed = (change) => (draft, random) => {
  draft.signed.push((signature, key, input) => change(signature, random, key, input));
};

/* with e = 3 anybody makes a number whose cube begins as it should */
function cubeRoot(number) {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(number.toString(2).length / 3) + 1);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** 3n <= number) low = middle;
    else high = middle - 1n;
  }
  return low;
}

const left = (bytes, length) => Buffer.concat([Buffer.alloc(Math.max(0, length - bytes.length)), bytes]);

const signatures = {
  "another's signature": (draft, random, keys) => {
    draft.signer = random.one(Object.values(keys));
  },
  "HMAC with the public key": (draft, random) => {
    set(draft, "header", "alg", random.one(['"HS256"', '"RS256"']));
    draft.sign = (input, key) => crypto.createHmac("sha256", random.one([key.pem, key.der, key.numbers.n])).update(input).digest();
  },
  "another hash": (draft, random) => {
    draft.sign = (input, key) => key.sign(input, { hash: random.one(["sha1", "sha224", "sha384", "sha512"]) });
  },
  "PSS": (draft) => {
    /* deterministic: without salt */
    draft.sign = (input, key) => key.sign(input, { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 });
  },
  "of other text": (draft, random) => {
    draft.sign = (input, key) => key.sign(random.one([`${input}.`, input.slice(1), input.split(".")[1], "", `${input}\n`]));
  },
  "PKCS #1, right": forged(() => ({})),
  "PKCS #1, padding": forged((random) => random.one([
    { type: 2 }, { type: 0, pad: 0 }, { pad: 0 }, { pad: 0xfe }, { first: 1 }, { first: 1, type: 0 },
  ])),
  "PKCS #1, garbage": forged((random, key) => ({
    garbage: random.one([1, 2, 32, key.length - 54 - 8, key.length - 54]), filler: random.one([0, 0xff]),
  })),
  "PKCS #1, info": forged((random) => ({ info: random.one(infos) })),
  "PKCS #1, digest": forged((random, key, digest) => ({
    digest: random.one([digest.subarray(0, 16), Buffer.concat([Buffer.alloc(1), digest]), Buffer.alloc(0),
      Buffer.from(digest).reverse(), Buffer.alloc(32)]),
  })),
  "a cube root": (draft, random, keys) => {
    draft.signer = keys.cubic;
    draft.sign = (input, key) => {
      const digest = crypto.createHash("sha256").update(input).digest();
      const made = block(key.length, { digest, garbage: key.length - 54 - random.one([0, 8]), filler: 0 });
      return left(key.bytes(cubeRoot(key.number(made)) + 1n), key.length);
    };
  },
  "a bit": changed((signature, random) => {
    const copy = Buffer.from(signature);
    copy[random.below(copy.length)] ^= 1 << random.below(8);
    return copy;
  }),
  "its length": changed((signature, random) => random.one([
    signature.subarray(1), signature.subarray(0, -1), signature.subarray(0, 1), signature.subarray(0, 128),
    Buffer.alloc(0), Buffer.concat([signature, signature]), Buffer.concat([signature, Buffer.alloc(1)]),
    Buffer.concat([Buffer.alloc(1), signature]), Buffer.concat([Buffer.alloc(8), signature]),
  ])),
  "its value": changed((signature, random, key) => {
    const s = key.number(signature);
    return random.one([Buffer.alloc(key.length), Buffer.alloc(key.length, 0xff), left(Buffer.from([1]), key.length),
      left(key.bytes(key.n), key.length), left(key.bytes(key.n - s), key.length), left(key.bytes(key.n - 1n), key.length),
      key.bytes(s + key.n), Buffer.from(signature).reverse(), key.bytes(s)]);
  }),
  /* one signature in 256 begins with a zero byte, and some signers leave that byte out */
  "a leading zero": (draft, random) => {
    draft.sign = (input, key) => {
      const [head, body] = input.split(".");
      for (let i = 0; ; i++) {
        const claims = Buffer.from(body, "base64url").toString("latin1").replace("}", `${" ".repeat(i)}}`);
        draft.input = `${head}.${Buffer.from(claims, "latin1").toString("base64url")}`;
        const signature = key.sign(draft.input);
        if (signature[0] === 0 || i > 2000) return random.rarely(2) ? signature : signature.subarray(1);
      }
    };
  },
};

/* ---- the compact serialization ---- */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* the unused bits of the last digit, set */
const trailing = (text, random) => {
  const unused = { 2: 4, 3: 2 }[text.length % 4];
  if (!unused) return text;
  const last = DIGITS.indexOf(text.at(-1)) | (1 + random.below((1 << unused) - 1));
  return text.slice(0, -1) + DIGITS[last];
};

const padded = (text) => text + "=".repeat((4 - (text.length % 4)) % 4);
const standard = (text) => text.replaceAll("-", "+").replaceAll("_", "/");
const inserted = (text, random, what) => {
  const at = random.one([0, text.length, random.below(text.length + 1)]);
  return text.slice(0, at) + what + text.slice(at);
};

/* before the signature is made, or to what is signed */
const encoding = (change) => (draft, random) => {
  const which = random.below(3);
  const target = which < 2 && random.rarely(2) ? draft.encoded : draft.parts;
  target.push((parts) => parts.map((text, i) => (i === which ? change(text, random) : text)));
};
const whole = (change) => (draft, random) => {
  draft.parts.push((parts) => change(parts, random));
};

const serializations = {
  "trailing bits": encoding(trailing),
  "padding": encoding((text, random) => random.one([padded(text), `${text}=`, `${text}==`, `${text}====`])),
  "the standard alphabet": encoding(standard),
  "white space in base64": encoding((text, random) => inserted(text, random, random.one([" ", "\n", "\t", "\r\n", "\f"]))),
  "a character": encoding((text, random) => inserted(text, random, random.one(["A", "=", ".", "+", "/", "%", "\x00", "\xe9", "~", "-"]))),
  "a character less": encoding((text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1);
  }),
  "percent signs": encoding((text) => text.replace("A", "%41")),
  "parts": whole((parts, random) => random.one([
    [...parts, ""], ["", ...parts], [...parts, "AA"], parts.slice(0, 2), [...parts.slice(0, 2), ""], [parts[0]], [""],
    [parts[1], parts[0], parts[2]], [parts[0], parts[0], parts[2]], ["", parts[1], parts[2]], [parts[0], "", parts[2]],
    [parts[0], "", parts[1], parts[2]], [...parts, ...parts],
  ])),
  "around it": whole((parts, random) => {
    const [before, after] = random.one([["Bearer ", ""], [" ", ""], ["", " "], ["", "\n"], ['"', '"'], ["\ufeff", ""], ["", "\x00"], ["", "\x00x"]]);
    return [before + parts[0], ...parts.slice(1, -1), parts.at(-1) + after];
  }),
  "JSON serialization": whole(([header, payload, signature]) => [
    JSON.stringify({ protected: header, payload, signature }),
  ]),
  "long": whole((parts, random) => [parts[0], parts[1], parts[2] + "A".repeat(random.one([16384, 20000]))]),
};

export const mutations = { ...members, ...texts, ...signatures, ...serializations };

/* mutations after which most tokens are still good */
export const harmless = ["the order", "white space", "many members", "an escape in a name", "an escape in a value",
  "PKCS #1, right", "a member more", "typ", "iat", "aud"];

/* ---- keys ---- */

const uint = (bytes) => bytes.toString("base64url");

/* a JWK as a help center might publish it: a list of JSON members, changed */
export const keyMutations = {
  "as it is": () => {},
  "use": (jwk, random) => { jwk.use = random.one(["sig", "enc", "SIG", "", null, ["sig"], 1]); },
  "key_ops": (jwk, random) => {
    jwk.key_ops = random.one([["verify"], ["verify", "sign"], ["verify", "verify"], ["sign"], ["encrypt"], [], null, "verify",
      ["VERIFY"], [1], ["verify", 1], ["verify", "encrypt"]]);
  },
  "alg": (jwk, random) => { jwk.alg = random.one(["RS256", "RS384", "PS256", "rs256", "", null, 256, "none", "RSA-OAEP"]); },
  "kty": (jwk, random) => { jwk.kty = random.one(["RSA", "rsa", "EC", "oct", "", null, ["RSA"], undefined]); },
  "kid": (jwk, random) => { jwk.kid = random.one(["other", "", null, undefined, 1, "k".repeat(513)]); },
  "a private member": (jwk, random, key) => {
    const name = random.one(["d", "p", "q", "dp", "dq", "qi", "oth", "k"]);
    jwk[name] = key.secret[name] ?? "AQAB";
  },
  "all private members": (jwk, random, key) => Object.assign(jwk, key.secret),
  "n": (jwk, random, key) => {
    const n = key.bytes(key.n);
    jwk.n = random.one([uint(Buffer.concat([Buffer.alloc(1), n])), padded(uint(n)), standard(uint(n)), trailing(uint(n), random),
      uint(n.subarray(1)), uint(key.bytes(key.n + 1n)), ` ${uint(n)}`, "", "AA", null, 1, undefined, uint(n.subarray(0, 128)),
      n.toString("hex"), uint(Buffer.concat([n, Buffer.alloc(1024)]))]);
  },
  "e": (jwk, random) => {
    jwk.e = random.one(["AQAB", "AAEAAQ", "AQAB=", "AQAC", "AQ", "Ag", "Aw", "AAAD", "AA", "", "_____w", "AQAAAAE", null, 65537, undefined]);
  },
  "an odd member": (jwk, random) => {
    Object.assign(jwk, random.one([{ x5c: ["AA"] }, { x5t: "AA" }, { ext: true }, { ext: "true" }, { ext: null }, { x: "AA", crv: "P-256" },
      { nbf: 1 }, { exp: 1 }, { iat: "x" }, { x5u: "http://x" }, { "": 1 }, { issuer: "x" }, { revoked: { reason: "x" } }]));
  },
};

export { FUTURE, PAST };

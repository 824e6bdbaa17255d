/*
 * RSA keys that a seed decides, and what can be done with the private half.
 */
import crypto from "node:crypto";

const toBuffer = (number) => {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
};
const toNumber = (bytes) => BigInt(`0x${bytes.toString("hex") || "0"}`);
const encoded = (number) => toBuffer(number).toString("base64url");

const inverse = (a, m) => {
  let [r, s, x, y] = [m, a % m, 0n, 1n];
  while (s > 1n) [r, s, x, y] = [s, r % s, y, x - (r / s) * y];
  return ((y % m) + m) % m;
};

/* with its two highest bits set, so that a product has as many bits as both */
function prime(random, bits, e) {
  for (;;) {
    let p = toNumber(random.bytes(Math.ceil(bits / 8)));
    p = (p % (1n << BigInt(bits))) | (3n << BigInt(bits - 2)) | 1n;
    for (let i = 0; i < 500; i++, p += 2n) {
      if ((p - 1n) % e !== 0n && crypto.checkPrimeSync(p)) return p;
    }
  }
}

export class Key {
  constructor(random, bits, exponent) {
    const e = BigInt(exponent);
    const p = prime(random, Math.ceil(bits / 2), e);
    const q = prime(random, Math.floor(bits / 2), e);
    const d = inverse(e, (p - 1n) * (q - 1n));
    this.n = p * q;
    this.e = e;
    this.length = toBuffer(this.n).length;
    this.numbers = { n: encoded(this.n), e: encoded(e) };
    this.secret = {
      d: encoded(d),
      p: encoded(p),
      q: encoded(q),
      dp: encoded(d % (p - 1n)),
      dq: encoded(d % (q - 1n)),
      qi: encoded(inverse(q, p)),
    };
    this.private = crypto.createPrivateKey({
      key: { kty: "RSA", ...this.numbers, ...this.secret },
      format: "jwk",
    });
    this.public = crypto.createPublicKey(this.private);
    this.pem = this.public.export({ type: "spki", format: "pem" });
    this.der = this.public.export({ type: "spki", format: "der" });
  }

  sign(text, { hash = "sha256", ...options } = {}) {
    return crypto.sign(hash, Buffer.from(text), { key: this.private, ...options });
  }

  /* the bare private operation, as a forger of padding would like to have it */
  raw(block) {
    const padding = crypto.constants.RSA_NO_PADDING;
    return crypto.privateEncrypt({ key: this.private, padding }, block);
  }

  number(signature) {
    return toNumber(signature);
  }

  bytes(number) {
    return toBuffer(number);
  }
}

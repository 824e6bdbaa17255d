/*
 * Chance that a seed decides, the same everywhere (mulberry32).
 */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /* 0 to below - 1, of at most 32 bits */
  below(below) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) % below;
  }

  one(list) {
    return list[this.below(list.length)];
  }

  /* true once in n times */
  rarely(n) {
    return this.below(n) === 0;
  }

  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

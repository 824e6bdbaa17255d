/*
 * What stands in tokens: JSON texts that are odd, or not JSON at all.  A string here
 * is Latin-1: a byte each.
 */
const utf8 = (text) => Buffer.from(text, "utf8").toString("latin1");
const nested = (depth, open, close) => open.repeat(depth) + "1" + close.repeat(depth);

export const PAST = 1700000000;
export const FUTURE = 4102444800;

export const strings = [
  '""', '"a"', '"\\u0041"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\u00e9\\uD83D\\uDE00"',
  utf8('"é€😀"'), utf8('"\u2028\u2029\ufeff\uffff"'), '"\x7f"', `"${"x".repeat(3000)}"`,
  '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\u0041"', '"\\u0000"', '"\x00"', '"\x01"', '"\n"', '"\t"',
  '"\xff"', '"\xc0\x80"', '"\xed\xa0\x80"', '"\xf4\x90\x80\x80"', '"\xe2\x82"', '"\\x41"', '"\\u12g4"',
  '"\\u{41}"', '"a', "'a'", '"\\', '"\\u00"',
];

export const numbers = [
  "0", "-0", "1", "-1", "1.5", "-1.5e3", "1e3", "1E+3", "1e-3", "123456789012345678",
  "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
  "12345678901234567890123456789012345678901", "0.1234567890123456789012345678901234567890123",
  "1e39", "1e41", "1e308", "1e309", "1e-400", "1e99999999999999999999", `1${"0".repeat(400)}`,
  "01", "-01", "00", "+1", "1.", ".5", "1e", "1e+", "1.e3", "0x10", "1_000", "NaN", "Infinity",
  "-Infinity", "1n", "--1", "1 2", "0e0", "1.0", "1.50e2",
];

/* of exp, nbf and iat */
export const dates = [
  ...[PAST, FUTURE].flatMap((when) => [
    `${when}`, `${when}.0`, `${when}.999999999`, `${when / 100}e2`, `${when}0e-1`, `${when}E0`,
    `"${when}"`, `[${when}]`, `${when}000`, `-${when}`,
  ]),
  "253402300799", "253402300799.0", "253402300799.5", "253402300800", "2.53402300799e11", "1e10", "1e11",
  "1e400", "true", "false", "null", "{}", "[]", '"never"', "0e999", "1e-1000",
  ...numbers,
];

export const values = [
  ...strings, ...numbers, "true", "false", "null", "True", "nul", "undefined", "[]", "{}", "[1,2]", '["a",{}]',
  '{"a":{"b":[null]}}', '{"a":1,"a":2}', "[1,]", "[,1]", '{"a":1,}', "{a:1}", '{"a"}', '{"a":}', "[1 2]", "[", "}",
  "", " ", "/*c*/1", "1//c",
  ...[1, 12, 13, 14, 15, 16, 17, 40, 1000].map((depth) => nested(depth, "[", "]")),
  ...[13, 14, 15, 16].map((depth) => nested(depth, '{"a":', "}")),
];

export const names = [
  "a", "sub", "jti", "name", "__proto__", "constructor", "toString", "", "\\u0065xp", "EXP", "exp ", "\\u0000",
  "exp\\u0000", "\\ud800", "\\/", utf8("é"), "\xff", "x".repeat(600), "0", "cnf", "alg",
];

/* between the tokens of a JSON text: white space to JSON, and not */
export const spaces = ["", "", "", " ", "\t", "\n", "\r\n", "  \n\t"];
export const others = ["\f", "\v", "\xa0", utf8("\ufeff"), utf8("\u2028"), "/**/", "\x00", ",", "#\n"];

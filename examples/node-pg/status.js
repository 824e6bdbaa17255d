/* 401: the theme's script fetches a new token, and tries once more. */
export function statusOf({ code = "", message }) {
  if (/^28J0[13]$/.test(code)) return 401;
  if (/^(28J|42501)/.test(code)) return 403;
  if (/^2[23]/.test(code)) return 400;
  /* pg has no SQLSTATE for a connection that has ended, or that cannot be had */
  const lost = /^E[A-Z]+$/.test(code) || /connection terminated|client (has|was)|timeout/i.test(message);
  return lost || /^(08|28|53|57)/.test(code) ? 503 : 500;
}

/*
 * axe-core over a page: what it finds, in light and in dark colours.
 */
import { readFileSync } from "node:fs";

const SOURCE = readFileSync(
  new URL("../node_modules/axe-core/axe.min.js", import.meta.url),
  "utf8",
);

/* Before the page is visited: its policy lets nobody add a script later. */
export const addAxe = (page) => page.addInitScript({ content: SOURCE });

/* A line for each rule that is broken; and for each colour that axe cannot judge. */
export async function violations(page) {
  const found = [];

  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations, incomplete, passes } = await page.evaluate(() =>
      window.axe.run(document, { rules: { "target-size": { enabled: true } } }),
    );
    const unjudged = incomplete.filter(({ id }) => id === "color-contrast");
    for (const { id, nodes } of [...violations, ...unjudged]) {
      const where = nodes.map(({ html }) => html).join(" ");
      found.push(`${colorScheme}: ${id}: ${where}`);
    }
    if (!passes.some(({ id }) => id === "color-contrast")) {
      found.push(`${colorScheme}: axe has judged no colour`);
    }
  }
  return found;
}

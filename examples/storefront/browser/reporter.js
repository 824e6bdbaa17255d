/*
 * TAP that every harness reads.  Node's own puts the errors into YAML that Perl's
 * cannot parse; here they are comments.
 */
import { inspect } from "node:util";

const comment = (text) => `# ${text.replaceAll("\n", "\n# ")}\n`;

export default async function* reporter(events) {
  let count = 0;

  for await (const { type, data } of events) {
    if (type === "test:pass" || type === "test:fail") {
      const error = data.details?.error;
      count++;
      yield `${error ? "not ok" : "ok"} ${count} - ${data.name}\n`;
      if (error) {
        yield comment(inspect(error.cause ?? error));
      }
    } else if (type === "test:diagnostic") {
      yield comment(data.message);
    }
  }
  yield `1..${count}\n`;
}

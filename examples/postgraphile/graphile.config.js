/*
 * PostGraphile's preset: the schema "shop", by each visitor's help center token.
 *
 *     DATABASE_URL   as of which role; default: by PGHOST, PGUSER, ...
 */
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";

import pg from "pg";

import { refuse, settingsFor, tellCode } from "./visitor.js";

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 8,
});
pool.on("error", (error) => console.error(`pool: ${error.code ?? error.name}`));

export default {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: ["shop"] })],
  grafast: {
    /*
     * For each request.  PostGraphile opens a transaction for what it runs, and
     * in it sets these settings, by a bind parameter and until its end.
     */
    context: async ({ node }) => {
      try {
        return { pgSettings: await settingsFor(node.req, pool) };
      } catch (error) {
        throw refuse(error, node.res);
      }
    },
  },
  grafserv: {
    graphqlPath: "/graphql",
    graphiql: false,
    maskError: tellCode,
  },
};

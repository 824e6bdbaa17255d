/* One request, one transaction, one visitor, whose token it is, or none (null): Prisma. */

/* The token is a parameter, as all is that stands in ${…} of a tagged template: not logged. */
const authenticate = (prisma, token) => prisma.$executeRaw`SELECT hcjwt.authenticate(${token})`;

/* work(tx), for several statements and code between them. */
export const asVisitor = (prisma, token, work) =>
  prisma.$transaction(async (tx) => {
    await authenticate(tx, token);
    return work(tx);
  });

/* A client for one visitor, each of whose operations is a transaction. */
export function clientFor(prisma, token) {
  const $allOperations = async ({ args, query }) =>
    (await prisma.$transaction([authenticate(prisma, token), query(args)]))[1];
  return prisma.$extends({ query: { $allModels: { $allOperations } } });
}

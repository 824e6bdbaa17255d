/* One request, one transaction, one visitor: Prisma, on its adapter for pg. */

/* work(tx) in a transaction that is authenticated by the token, or anonymous when it is null. */
export function asVisitor(prisma, token, work) {
  return prisma.$transaction(async (tx) => {
    /* a parameter, as all is that stands in ${…} of a tagged template: statements are logged */
    await tx.$executeRaw`SELECT hcjwt.authenticate(${token})`;
    return work(tx);
  });
}

/* A client for one visitor, each of whose operations is such a transaction. */
export const clientFor = (prisma, token) =>
  prisma.$extends({
    query: {
      $allModels: {
        async $allOperations({ args, query }) {
          const authenticate = prisma.$executeRaw`SELECT hcjwt.authenticate(${token})`;
          return (await prisma.$transaction([authenticate, query(args)]))[1];
        },
      },
    },
  });

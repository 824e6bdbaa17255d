"""One request, one transaction, one visitor, whose token it is, or none: asyncpg."""

from contextlib import asynccontextmanager


@asynccontextmanager
async def as_visitor(pool, token):
    """asyncpg sends one statement at a time: five round trips; seven, where it keeps none prepared."""
    async with pool.acquire(timeout=5) as connection, connection.transaction():
        await connection.execute("SELECT hcjwt.authenticate($1)", token)  # bound, so not logged
        yield connection

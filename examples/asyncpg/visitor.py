"""One request, one transaction, one visitor: asyncpg.

asyncpg sends a statement when the one before it has answered: five round trips, and
seven where it may not keep prepared statements.
"""

from contextlib import asynccontextmanager

import asyncpg

AWAY = (OSError, TimeoutError, asyncpg.InterfaceError)
REFUSALS = (asyncpg.PostgresError, *AWAY)

@asynccontextmanager
async def as_visitor(pool, token):
    """A connection in a transaction that is authenticated by the token, or anonymous."""
    async with pool.acquire() as connection, connection.transaction():
        # asyncpg binds: the token is in no statement, and so in no log
        await connection.execute("SELECT hcjwt.authenticate($1)", token)
        yield connection


def status_of(error):
    """401: the theme's script fetches a new token, and tries once more."""
    state = getattr(error, "sqlstate", None) or ""
    if state in ("28J01", "28J03"):
        return 401
    if state.startswith("28J") or state == "42501":
        return 403
    if state[:2] in ("22", "23"):
        return 400
    return 503 if isinstance(error, AWAY) or state[:2] in ("08", "28", "53", "57") else 500

"""One request, one transaction, one visitor: SQLAlchemy's asyncio, on asyncpg."""

from contextlib import asynccontextmanager

from sqlalchemy import text

from database import sessions

AUTHENTICATE = text("SELECT hcjwt.authenticate(:token)")  # bound by asyncpg, so not logged


@asynccontextmanager
async def as_visitor(token):
    """A session whose transaction is authenticated by the token, or anonymous."""
    async with sessions.begin() as session:
        await session.execute(AUTHENTICATE, {"token": token})
        yield session

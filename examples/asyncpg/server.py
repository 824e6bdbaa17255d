"""The shop's orders: Starlette and asyncpg.  Its helper is visitor.py."""

import logging
import os
import re
from contextlib import asynccontextmanager

import asyncpg
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from visitor import as_visitor

COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'
HEADERS = {
    "Access-Control-Allow-Origin": os.environ["ALLOWED_ORIGIN"],
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Cache-Control": "no-store",
}
LOST = (OSError, TimeoutError, asyncpg.InterfaceError)  # errors without an SQLSTATE
STATUS = {"28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57": 503}


def visitor_of(request):  # "Bearer TOKEN"; anything else is no token, and the database says so
    header = request.headers.get("Authorization")
    return as_visitor(request.app.state.pool, header and header.removeprefix("Bearer "))


class Orders(HTTPEndpoint):
    async def get(self, request):  # no WHERE: whose orders they are is the policy's business
        async with visitor_of(request) as connection:
            rows = await connection.fetch(f"SELECT {COLUMNS} FROM orders ORDER BY id")
        return JSONResponse([dict(row) for row in rows], headers=HEADERS)

    async def post(self, request):
        item = (await request.json())["item"]
        async with visitor_of(request) as connection:
            insert = f"INSERT INTO orders (item) VALUES ($1) RETURNING {COLUMNS}"
            order = await connection.fetchrow(insert, item)
            if item == "The Moon":
                raise LookupError("the warehouse has none")
        return JSONResponse(dict(order), 201, headers=HEADERS)

    async def options(self, request):
        return Response(headers=HEADERS)


async def refuse(request, error):
    logging.error(error)
    state = getattr(error, "sqlstate", None) or ""
    status = next((s for pattern, s in STATUS.items() if re.match(pattern, state)), 500)
    # 401: the theme's script fetches a new token, and tries once more
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}
    return Response(status_code=503 if isinstance(error, LOST) else status, headers=HEADERS | challenge)


@asynccontextmanager
async def pool_of(app):
    cache = 0 if os.environ.get("PREPARE") == "off" else 100  # off: for PgBouncer before 1.21
    async with asyncpg.create_pool(min_size=1, max_size=4, statement_cache_size=cache) as app.state.pool:
        yield


app = Starlette(
    routes=[Route("/orders", Orders)],
    exception_handlers={kind: refuse for kind in (asyncpg.PostgresError, *LOST, Exception)},
    lifespan=pool_of,
)

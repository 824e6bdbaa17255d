"""The shop's orders: Starlette and asyncpg.  Its helper is visitor.py."""

import os
from contextlib import asynccontextmanager

import asyncpg
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from visitor import REFUSALS, as_visitor, status_of

COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'
HEADERS = {
    "Access-Control-Allow-Origin": os.environ["ALLOWED_ORIGIN"],
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Cache-Control": "no-store",
}


def token_of(request):
    # "Bearer TOKEN"; anything else is no token, and the database says so
    header = request.headers.get("Authorization")
    return header and header.removeprefix("Bearer ")


async def orders(request):  # no WHERE: whose orders they are is the policy's business
    async with as_visitor(request.app.state.pool, token_of(request)) as connection:
        rows = await connection.fetch(f"SELECT {COLUMNS} FROM orders ORDER BY id")
    return JSONResponse([dict(row) for row in rows], headers=HEADERS)


async def place_order(request):
    item = (await request.json())["item"]
    async with as_visitor(request.app.state.pool, token_of(request)) as connection:
        insert = f"INSERT INTO orders (item) VALUES ($1) RETURNING {COLUMNS}"
        order = await connection.fetchrow(insert, item)
        if item == "The Moon":
            raise LookupError("the warehouse has none")
    return JSONResponse(dict(order), 201, headers=HEADERS)


async def preflight(request):
    return Response(status_code=204, headers=HEADERS)


async def refuse(request, error):
    status = status_of(error)
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}
    return Response(status_code=status, headers={**HEADERS, **challenge})


@asynccontextmanager
async def pool_of(app):
    # PG… in the environment says where
    cache = 100 if os.environ.get("PREPARE", "on") == "on" else 0  # off: see docs/frameworks.md
    async with asyncpg.create_pool(
        min_size=1, max_size=4, statement_cache_size=cache
    ) as app.state.pool:
        yield


app = Starlette(
    routes=[
        Route("/orders", orders, methods=["GET"]),
        Route("/orders", place_order, methods=["POST"]),
        Route("/orders", preflight, methods=["OPTIONS"]),
    ],
    exception_handlers={kind: refuse for kind in (*REFUSALS, Exception)},
    lifespan=pool_of,
)

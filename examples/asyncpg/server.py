"""The shop's orders: Starlette and asyncpg.  Its helper is visitor.py."""

import logging
import os
import re
from contextlib import asynccontextmanager

import asyncpg
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from visitor import as_visitor

COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'
LOST = (OSError, TimeoutError, asyncpg.InterfaceError)  # errors without an SQLSTATE
STATUS = {"28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57": 503}


def visitor_of(request):  # "Bearer TOKEN"; anything else is no token, and the database says so
    header = request.headers.get("Authorization")
    return as_visitor(request.app.state.pool, header and re.sub(r"(?i)^Bearer +\b", "", header))


class Orders(HTTPEndpoint):
    async def get(self, request):  # no WHERE: whose orders they are is the policy's business
        async with visitor_of(request) as connection:
            rows = await connection.fetch(f"SELECT {COLUMNS} FROM orders ORDER BY id")
        return JSONResponse([dict(row) for row in rows])

    async def post(self, request):
        try:
            item = (await request.json())["item"]  # asyncpg refuses what is no text
        except (ValueError, LookupError, TypeError, RecursionError):
            return Response(status_code=400)
        async with visitor_of(request) as connection:
            insert = f"INSERT INTO orders (item) VALUES ($1) RETURNING {COLUMNS}"
            order = await connection.fetchrow(insert, item)
            if item == "The Moon":
                raise LookupError("the warehouse has none")
        return JSONResponse(dict(order), 201)


async def refuse(request, error):
    logging.error(error)
    state = "08006" if isinstance(error, LOST) else getattr(error, "sqlstate", None) or ""
    status = next((s for pattern, s in STATUS.items() if re.match(pattern, state)), 500)
    # 401: the theme's script fetches a new token, and tries once more
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}
    return Response(status_code=status, headers=challenge)


@asynccontextmanager
async def pool_of(app):
    cache = 0 if os.environ.get("PREPARE") == "off" else 100  # off: for PgBouncer before 1.21
    async with asyncpg.create_pool(min_size=1, max_size=4, statement_cache_size=cache) as app.state.pool:
        yield


origins, headers = [os.environ["ALLOWED_ORIGIN"]], ["Authorization", "Content-Type"]
cors = Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=headers)
# inside of CORS, so that its answers have the headers
refusals = Middleware(ExceptionMiddleware, handlers={Exception: refuse})
app = Starlette(routes=[Route("/orders", Orders)], middleware=[cors, refusals], lifespan=pool_of)

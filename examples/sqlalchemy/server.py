"""The shop's orders: FastAPI and SQLAlchemy.  Its helper is visitor.py."""

import logging
import os
import re

from fastapi import Body, Depends, FastAPI, Header, Response
from sqlalchemy import Column, Date, FetchedValue, Integer, Text, select
from sqlalchemy.orm import declarative_base

from visitor import as_visitor

HEADERS = {
    "Access-Control-Allow-Origin": os.environ["ALLOWED_ORIGIN"],
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Cache-Control": "no-store",
}
STATUS = {"28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57": 503}
log = logging.getLogger("uvicorn.error")
app = FastAPI()


class Order(declarative_base()):
    __tablename__ = "orders"
    __mapper_args__ = {"eager_defaults": True}
    order = Column("id", Integer, primary_key=True)
    item = Column(Text)
    placed = Column("placed_on", Date, server_default=FetchedValue())
    state = Column(Text, server_default=FetchedValue())


def token_of(authorization=Header(None)):  # what is not "Bearer TOKEN" is no token, and the database says so
    return authorization and authorization.removeprefix("Bearer ")


@app.get("/orders")
async def orders(token=Depends(token_of)):  # no where(): whose orders they are is the policy's business
    async with as_visitor(token) as session:
        return (await session.scalars(select(Order).order_by(Order.order))).all()


@app.post("/orders", status_code=201)
async def place_order(item: str = Body(embed=True), token=Depends(token_of)):
    async with as_visitor(token) as session:
        session.add(order := Order(item=item))
        await session.flush()
        if item == "The Moon":
            raise LookupError("the warehouse has none")
    return order


@app.middleware("http")
async def for_the_help_center(request, call_next):
    try:
        response = Response() if request.method == "OPTIONS" else await call_next(request)
    except Exception as error:
        log.exception("%s %s", request.method, request.url.path)
        # the driver's own, in SQLAlchemy's; without an SQLSTATE, the connection is lost
        state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
        lost = isinstance(error, OSError) or hasattr(error, "orig") and not state
        found = (status for pattern, status in STATUS.items() if re.match(pattern, state))
        response = Response(status_code=503 if lost else next(found, 500))
    if response.status_code == 401:  # the theme's script fetches a new token, and tries once more
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    response.headers.update(HEADERS)
    return response

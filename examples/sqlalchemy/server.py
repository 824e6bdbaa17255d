"""The shop's orders: FastAPI and SQLAlchemy.  Its helper is visitor.py."""

import logging
import os
import re

from fastapi import Body, Depends, FastAPI, Header, Response
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy import Column, Date, FetchedValue, Integer, Text, exc, select
from sqlalchemy.orm import declarative_base
from starlette.middleware.exceptions import ExceptionMiddleware

from visitor import as_visitor

STATUS = {"28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57": 503}
app = FastAPI()


class Order(declarative_base()):
    __tablename__ = "orders"
    __mapper_args__ = {"eager_defaults": True}
    order = Column("id", Integer, primary_key=True)
    item = Column(Text)
    placed = Column("placed_on", Date, server_default=FetchedValue())
    state = Column(Text, server_default=FetchedValue())


def token_of(authorization=Header(None)):  # what is not "Bearer TOKEN" is no token, and the database says so
    return authorization and re.sub(r"(?i)^Bearer +\b", "", authorization)


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


async def refuse(request, error):
    logging.getLogger("uvicorn.error").error("%s %s", request.method, request.url.path, exc_info=error)
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""  # the driver's
    lost = isinstance(error, (OSError, exc.TimeoutError, exc.DBAPIError)) and not state
    status = next((s for pattern, s in STATUS.items() if re.match(pattern, state)), 503 if lost else 500)
    # 401: the theme's script fetches a new token, and tries once more
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}
    return Response(status_code=status, headers=challenge)


app.add_middleware(ExceptionMiddleware, handlers={Exception: refuse})
origins, headers = [os.environ["ALLOWED_ORIGIN"]], ["Authorization", "Content-Type"]
# the outer one, so that refusals have its headers
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=headers)

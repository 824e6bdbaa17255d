"""The shop's orders: Flask and psycopg 3.  Its helper is visitor.py."""

import os

from flask import Flask, g, jsonify, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from visitor import as_visitor, query_as_visitor, status_of

COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'

app = Flask(__name__)
pool = ConnectionPool(  # PG… in the environment says where
    min_size=2,
    max_size=4,
    timeout=5,
    kwargs={
        "autocommit": True,  # transactions are the helper's
        "row_factory": dict_row,
        "prepare_threshold": None,  # for PgBouncer before 1.21
    },
)


@app.before_request
def find_token():
    # "Bearer TOKEN"; anything else is no token, and the database says so
    header = request.headers.get("Authorization")
    g.token = header and header.removeprefix("Bearer ")


@app.get("/orders")
def orders():  # no WHERE: whose orders they are is the policy's business
    return jsonify(query_as_visitor(pool, g.token, f"SELECT {COLUMNS} FROM orders ORDER BY id"))


@app.post("/orders")
def place_order():
    item = request.get_json()["item"]
    with as_visitor(pool, g.token) as connection:
        insert = f"INSERT INTO orders (item) VALUES (%s) RETURNING {COLUMNS}"
        order = connection.execute(insert, [item]).fetchone()
        if item == "The Moon":
            raise LookupError("the warehouse has none")
    return jsonify(order), 201


@app.errorhandler(Exception)
def refuse(error):
    status = getattr(error, "code", None) or status_of(error)
    return "", status, {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}


@app.after_request
def allow_the_help_center(response):
    response.headers["Access-Control-Allow-Origin"] = os.environ["ALLOWED_ORIGIN"]
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response.headers["Cache-Control"] = "no-store"
    return response

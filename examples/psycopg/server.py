"""The shop's orders: Flask and psycopg 3.  Its helper is visitor.py."""

import atexit
import os
import re

import psycopg
from flask import Flask, abort, g, jsonify, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from visitor import as_visitor, query_as_visitor

COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'
STATUS = {"28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57": 503}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 65536
threshold = None if os.environ.get("PREPARE") == "off" else 5  # off: for PgBouncer before 1.21
# autocommit: transactions are the helper's
settings = {"autocommit": True, "row_factory": dict_row, "prepare_threshold": threshold}
pool = ConnectionPool(min_size=2, max_size=4, timeout=5, kwargs=settings)  # PG… says where
atexit.register(pool.close)


@app.before_request
def find_token():  # "Bearer TOKEN"; anything else is no token, and the database says so
    header = request.headers.get("Authorization")
    g.token = header and re.sub(r"(?i)^Bearer +\b", "", header)


@app.get("/orders")
def orders():  # no WHERE: whose orders they are is the policy's business
    return jsonify(query_as_visitor(pool, g.token, f"SELECT {COLUMNS} FROM orders ORDER BY id"))


@app.post("/orders")
def place_order():
    match request.get_json():
        case {"item": str(item)}:
            with as_visitor(pool, g.token) as connection:
                insert = f"INSERT INTO orders (item) VALUES (%s) RETURNING {COLUMNS}"
                order = connection.execute(insert, [item]).fetchone()
                if item == "The Moon":
                    raise LookupError("the warehouse has none")
            return jsonify(order), 201
    abort(400)


@app.errorhandler(psycopg.Error)
def refuse(error):
    app.logger.error(error)
    own = {psycopg.OperationalError: "08006", psycopg.DataError: "22021"}  # no connection; a zero byte
    state = error.sqlstate or next((s for kind, s in own.items() if isinstance(error, kind)), "")
    status = next((s for pattern, s in STATUS.items() if re.match(pattern, state)), 500)
    # 401: the theme's script fetches a new token, and tries once more
    return "", status, {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}


@app.after_request
def allow_the_help_center(response):
    response.headers["Access-Control-Allow-Origin"] = os.environ["ALLOWED_ORIGIN"]
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response.headers["Cache-Control"] = "no-store"
    return response

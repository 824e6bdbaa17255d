"""One request, one transaction, one visitor: psycopg 3."""

from contextlib import contextmanager

import psycopg

AUTHENTICATE = "SELECT hcjwt.authenticate(%s)"  # bound by the server, so not logged


def query_as_visitor(pool, token, statement, parameters=()):
    """The rows of one statement, in one round trip.

    What is in the pipeline is one transaction; where authenticate() fails, the
    server skips the statement behind it.
    """
    with pool.connection() as connection:
        with connection.pipeline():
            connection.execute(AUTHENTICATE, [token])
            cursor = connection.execute(statement, parameters)
        return cursor.fetchall()


@contextmanager
def as_visitor(pool, token):
    """A transaction, for several statements and code between them."""
    with pool.connection() as connection, connection.transaction():
        connection.execute(AUTHENTICATE, [token])
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
    away = isinstance(error, psycopg.OperationalError) and not state
    return 503 if away or state[:2] in ("08", "28", "53", "57") else 500

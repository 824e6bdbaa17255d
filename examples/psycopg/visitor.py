"""One request, one transaction, one visitor, whose token it is, or none: psycopg 3."""

from contextlib import contextmanager

AUTHENTICATE = "SELECT hcjwt.authenticate(%s)"  # bound by the server, so not logged


@contextmanager
def as_visitor(pool, token):  # for several statements, and code between them
    with pool.connection() as connection:  # which commits at its end, or rolls back
        with connection.pipeline():
            connection.execute("BEGIN")
            connection.execute(AUTHENTICATE, [token])
        yield connection


def query_as_visitor(pool, token, statement, parameters=()):
    with pool.connection() as connection:
        with connection.pipeline():  # sent at once
            connection.execute("BEGIN")  # or PgBouncer waits for what comes behind the pipeline
            connection.execute(AUTHENTICATE, [token])  # where it fails, the server skips the other
            cursor = connection.execute(statement, parameters)
        return cursor.fetchall()

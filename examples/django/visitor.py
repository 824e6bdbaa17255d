"""One request, one transaction, one visitor: Django with ATOMIC_REQUESTS."""

import re
from functools import wraps

from django.db import connection

BINDS = connection.Database.__name__ == "psycopg"  # psycopg 3; psycopg 2 does not
if not BINDS:
    import bound


def authenticate(token):
    if BINDS:
        connection.ensure_connection()
        with connection.wrap_database_errors:
            connection.Database.Cursor(connection.connection).execute("SELECT hcjwt.authenticate(%s)", [token])
    else:
        bound.execute(connection, "SELECT hcjwt.authenticate($1)", token)


def as_visitor(view):
    """Authenticates in the view's transaction.  A middleware is too early: it begins later."""

    @wraps(view)
    def authenticated(request, *arguments, **keywords):
        request.body  # first, or a slow client's holds the transaction open
        # "Bearer TOKEN"; anything else is no token, and the database says so
        header = request.headers.get("Authorization")
        authenticate(header and re.sub(r"(?i)^Bearer +\b", "", header))
        return view(request, *arguments, **keywords)

    return authenticated

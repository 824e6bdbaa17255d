"""One request, one transaction, one visitor: Django with ATOMIC_REQUESTS."""

import re
from functools import wraps

from django.db import connection

from bound import execute


def as_visitor(view):
    """Authenticates in the view's transaction.  A middleware is too early: it begins later."""

    @wraps(view)
    def authenticated(request, *arguments, **keywords):
        # "Bearer TOKEN"; anything else is no token, and the database says so
        header = request.headers.get("Authorization")
        execute(connection, "SELECT hcjwt.authenticate($1)", header and re.sub("(?i)^Bearer +", "", header))
        return view(request, *arguments, **keywords)

    return authenticated

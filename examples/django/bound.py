"""psycopg 2 writes parameters into the statement, and statements are logged.  Its libpq can bind.

With psycopg 3 (Django 4.2) none of this is needed: psycopg.Cursor(connection.connection) binds.
"""

import ctypes

import psycopg2

libpq = ctypes.CDLL(psycopg2._psycopg.__file__)  # and the libraries that psycopg 2 is linked with
libpq.PQexecParams.restype = ctypes.c_void_p
libpq.PQresultErrorField.restype = libpq.PQresultErrorMessage.restype = ctypes.c_char_p


class BoundError(psycopg2.DatabaseError):
    pgcode = None


def execute(connection, statement, value):
    """Runs a statement with one parameter, $1, in the transaction of Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT")  # psycopg 2 sends BEGIN along with a statement of its own
    server = ctypes.c_void_p(connection.connection.pgconn_ptr)
    values = (ctypes.c_char_p * 1)(None if value is None else value.encode())
    result = libpq.PQexecParams(server, statement.encode(), 1, None, values, None, None, 0)
    result = ctypes.c_void_p(result)
    failed = libpq.PQresultStatus(result) not in (1, 2)  # PGRES_COMMAND_OK, PGRES_TUPLES_OK
    error = BoundError(libpq.PQresultErrorMessage(result).decode())
    error.pgcode = (libpq.PQresultErrorField(result, ord("C")) or b"").decode()
    libpq.PQclear(result)
    if failed:
        with connection.wrap_database_errors:
            raise error

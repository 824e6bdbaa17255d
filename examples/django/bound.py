"""psycopg 2 writes parameters into the statement, and statements are logged.  Its libpq binds them.

With psycopg 3 (Django 4.2) none of this is needed: psycopg.Cursor(connection.connection) binds.
"""

import ctypes

import psycopg2

libpq = ctypes.CDLL(psycopg2._psycopg.__file__)  # the library that psycopg 2 itself is linked with
libpq.PQexecParams.restype = ctypes.c_void_p
libpq.PQresultErrorField.restype = ctypes.c_char_p
SQLSTATE = ord("C")
FAILED = 7  # PGRES_FATAL_ERROR


class Refused(psycopg2.DatabaseError):
    pgcode = None


def execute(connection, statement, value):
    """Runs a statement whose only parameter is $1, in the transaction of Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT")  # psycopg 2 sends its BEGIN along with statements of its own only
    server = ctypes.c_void_p(connection.connection.pgconn_ptr)
    values = (ctypes.c_char_p * 1)(value and value.encode())
    result = ctypes.c_void_p(
        libpq.PQexecParams(server, statement.encode(), 1, None, values, None, None, 0)
    )
    failed = libpq.PQresultStatus(result) == FAILED
    error = Refused("refused by the server")
    error.pgcode = (libpq.PQresultErrorField(result, SQLSTATE) or b"").decode()
    libpq.PQclear(result)
    if failed:
        with connection.wrap_database_errors:
            raise error

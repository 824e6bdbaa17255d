"""The shop's orders: Django with ATOMIC_REQUESTS.  Its helper is visitor.py."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "nothing is signed here")
ROOT_URLCONF = "views"
MIDDLEWARE = ["middleware.ForTheHelpCenter"]
ALLOWED_HOSTS = ["*"]
DATABASES = {
    "default": {  # PG… in the environment says where
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 600,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # for PgBouncer
    }
}

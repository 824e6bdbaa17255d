"""The shop's orders: Django with ATOMIC_REQUESTS.  Its helper is visitor.py."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "nothing is signed here")
TIME_ZONE, USE_TZ = "UTC", True  # as "startproject" has it; without, Django sets the session to Chicago's
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["corsheaders"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", "middleware.Refusals"]
ALLOWED_HOSTS = ["*"]
CORS_ALLOWED_ORIGINS = [os.environ["ALLOWED_ORIGIN"]]
CORS_ALLOW_METHODS = ["GET", "POST"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 65536
DATABASES = {
    "default": {  # PG… in the environment says where
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 600,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # for PgBouncer
    }
}

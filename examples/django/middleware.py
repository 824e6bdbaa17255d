import logging
import re

from django.db import Error
from django.http import HttpResponse

STATUS = {  # none: the connection is lost
    "28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57|$": 503,
}


class Refusals:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        if response.status_code == 401:  # the theme's script fetches a new token, and tries once more
            response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response

    def process_exception(self, request, error):
        if isinstance(error, Error):
            logging.error(error)
            cause = error.__cause__
            state = getattr(cause, "sqlstate", getattr(cause, "pgcode", None)) or ""  # psycopg 3's, 2's
            status = next((s for pattern, s in STATUS.items() if re.match(pattern, state)), 500)
            return HttpResponse(status=status)

import logging
import os
import re

from django.db import Error
from django.http import HttpResponse

HEADERS = {
    "Access-Control-Allow-Origin": os.environ["ALLOWED_ORIGIN"],
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Cache-Control": "no-store",
}
CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
STATUS = {  # 401: the theme's script fetches a new token, and tries once more
    "28J0[13]": 401, "28J|42501": 403, "2[23]": 400, "08|28|53|57|$": 503,  # none: it is lost
}


class ForTheHelpCenter:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in (HEADERS | (CHALLENGE if response.status_code == 401 else {})).items():
            response[name] = value
        return response

    def process_exception(self, request, error):
        if isinstance(error, Error):
            logging.error(error)
            state = getattr(error.__cause__, "pgcode", None) or ""  # psycopg 3: sqlstate
            status = next((s for pattern, s in STATUS.items() if re.match(pattern, state)), 500)
            return HttpResponse(status=status)

import json

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View

from models import Order
from visitor import as_visitor


@method_decorator(as_visitor, name="dispatch")
class Orders(View):
    http_method_names = ["get", "post", "options"]  # gunicorn would send a HEAD's body

    def get(self, request):  # no filter(): whose orders they are is the policy's business
        return JsonResponse([order.json() for order in Order.objects.order_by("id")], safe=False)

    def post(self, request):  # save() would name every column, and this API may give the item alone
        try:
            item = json.loads(request.body)["item"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise BadRequest from error
        if not isinstance(item, str) or "\0" in item:
            raise BadRequest
        insert = "INSERT INTO orders (item) VALUES (%s) RETURNING id, item, placed_on, state"
        order = Order.objects.raw(insert, [item])[0]
        if order.item == "The Moon":
            raise LookupError("the warehouse has none")
        return JsonResponse(order.json(), status=201)

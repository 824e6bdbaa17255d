import json

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View

from models import Order
from visitor import as_visitor


@method_decorator(as_visitor, name="dispatch")
class Orders(View):
    def get(self, request):  # no filter(): whose orders they are is the policy's business
        return JsonResponse([order.json() for order in Order.objects.order_by("id")], safe=False)

    def post(self, request):  # save() would name every column, and this API may give the item alone
        try:
            item = str(json.loads(request.body)["item"] or "")
        except (ValueError, LookupError, TypeError) as error:
            raise BadRequest from error
        insert = "INSERT INTO orders (item) VALUES (%s) RETURNING id, item, placed_on, state"
        order = Order.objects.raw(insert, [item])[0]
        if order.item == "The Moon":
            raise LookupError("the warehouse has none")
        return JsonResponse(order.json(), status=201)

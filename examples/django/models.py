from django.db import models


class Order(models.Model):
    item = models.TextField()
    placed = models.DateField(db_column="placed_on")
    state = models.TextField()

    class Meta:
        app_label, db_table, managed = "shop", "orders", False

    def json(self):
        return {"order": self.id, "item": self.item, "placed": self.placed, "state": self.state}

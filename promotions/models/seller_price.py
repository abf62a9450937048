"""What the platform's own export expects SKUs to cost, to be compared with what is worked out here."""

from django.db import models

from products.models import Sku
from shopops.lib.columns import money


class SellerPrice(models.Model):
    """One SKU's figures of the seller's price export, the last file that named it."""

    sku = models.OneToOneField(Sku, on_delete=models.CASCADE, related_name="seller_price")
    batch_id = models.BigIntegerField()
    exported_at = models.DateTimeField()
    list_amount = money(null=True)
    one_piece_amount = money(null=True)
    lowest_amount = money(null=True)
    # The tools that the file names, parted by "、".
    tools = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["batch_id"], name="seller_price_batch_idx")]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.lowest_amount}"

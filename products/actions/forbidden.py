"""What is forbidden is not listed, whichever way somebody tries."""

from django.utils.translation import gettext as _

from products.actions.errors import UnableToListError
from products.choices import ProductStatus
from products.models import Product
from products.queries.material import forbidding


def refuse_forbidden(product: Product) -> None:
    """Refuse to list a product that is forbidden, whoever asks.

    :raises UnableToListError: if it is forbidden, with the violation's name
    """
    because = forbidding([product.pk]).get(product.pk, "")
    if because:
        raise UnableToListError(
            _("「%(kind)s」还没有结案，这个商品禁止上架。先在违规页结案。") % {"kind": because},
            field="status",
        )
    if product.status == ProductStatus.FORBIDDEN:
        raise UnableToListError(_("这个商品在禁止上架名单里，不能标为在售。"), field="status")

"""Which files in the vault are pictures of products."""

from collections.abc import Iterable

from products.models import Product


def stored_names(names: Iterable[str]) -> set[str]:
    """Give those among `names` that are a product's image or thumbnail. Asked once an hour."""
    wanted = set(names)
    if not wanted:
        return set()
    paths = Product.objects.exclude(image_path="").values_list("image_path", flat=True)
    return {name for path in paths for name in path.split("|")[1:3] if name in wanted}

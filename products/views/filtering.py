"""What the address of the list of products asks for: its tab, filters, order and page."""

from django.http import HttpRequest

from products.forms.catalogue import ListFilterForm
from products.queries.catalogue_list import TABS, Filters, Tab
from products.queries.catalogue_sort import SORTS, Edge, Sort

FILTER_KEYS = ("q", "status", "role", "brand", "category")
COST_TABS = {"dear"}


def tab_of(request: HttpRequest) -> Tab:
    """Give the tab; one that tells of costs only to who may see them."""
    tab = TABS.get(request.GET.get("tab", "all"), TABS["all"])
    if tab.code in COST_TABS and not request.user.has_perm("products.view_cost"):
        return TABS["all"]
    return tab


def sort_of(request: HttpRequest) -> Sort | None:
    """Give the order that is asked for, if there is such a one and the person may see the figure."""
    sort = SORTS.get(request.GET.get("sort", ""))
    if sort is None or (sort.right and not request.user.has_perm(sort.right)):
        return None
    return sort


def edge_of(request: HttpRequest, name: str) -> Edge | None:
    """Give the edge of a page that the address names."""
    return Edge.parse(request.GET.get(name, ""))


def filters_of(form: ListFilterForm) -> Filters:
    """Give what the list is narrowed to; of a form with a mistake only the text that is searched."""
    if not form.is_valid():
        return Filters(q=str(form.cleaned_data.get("q", "")))
    return Filters(**{key: form.cleaned_data[key].strip() for key in FILTER_KEYS})

"""One table over every address of the product, a file for each part of it."""

from tests.routes import analytics, checks, crm, goods, ground, orders, promotions
from tests.routes.row import Route

ROUTES: dict[str, Route] = {
    **ground.ROUTES,
    **orders.ROUTES,
    **goods.ROUTES,
    **promotions.ROUTES,
    **crm.ROUTES,
    **analytics.ROUTES,
    **checks.ROUTES,
}

"""ShopOps: the back office that one Taobao or Tmall shop runs on."""

from shopops.celery import app as celery_app

__all__ = ["celery_app"]

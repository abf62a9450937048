"""ShopOps: the back office that one Taobao or Tmall shop runs on."""

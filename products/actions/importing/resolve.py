"""Staged rows to products and SKUs that are there, or will be: by 商品ID, 货号 and merchant code.

Makes the temporary tables `in_products` and `in_skus` (one row each for what the file speaks of,
with `id` where it is stored) and `in_claims` (a merchant code that the file gives to a second
product, or a barcode to a second SKU).
"""

from django.db.backends.utils import CursorWrapper

from products.actions.importing.offer import Offer

TABLES = ("in_products", "in_skus", "in_claims", "v_products", "v_skus", "in_raw", "in_days")
# A product that a file will bring; there is no such id.
COMING = -1
_KEY = (
    "CASE WHEN {0}item_no NOT IN ('', '0') THEN 'n' || {0}item_no"
    " WHEN {0}item_code <> '' THEN 'c' || {0}item_code END"
)


def drop(cursor: CursorWrapper) -> None:
    """Drop what an earlier preview or merge in this session left."""
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")


def collect(cursor: CursorWrapper, offer: Offer, stage: str) -> None:
    """Make the tables of what the file speaks of, joined to what is stored."""
    drop(cursor)
    cursor.execute(
        "CREATE TEMP TABLE in_claims (line_no integer, sku_id bigint, code text, field text,"
        " theirs text)"
    )
    _collect_products(cursor, offer, stage)
    if offer.skus is not None:
        _collect_skus(cursor, offer, stage)


def _collect_products(cursor: CursorWrapper, offer: Offer, stage: str) -> None:
    if offer.products is None:
        cursor.execute(
            "CREATE TEMP TABLE in_products (key text, id bigint, line_no integer, item_no text,"
            " item_code text)"
        )
        return
    key = _KEY.format("r.")
    cursor.execute(
        "CREATE TEMP TABLE in_products AS SELECT * FROM ("
        f" SELECT DISTINCT ON (key) * FROM (SELECT {key} AS key, NULL::bigint AS id, r.* FROM"
        f" ({offer.products_sql(stage)}) r) k WHERE key IS NOT NULL ORDER BY key, line_no DESC) d"
        " ORDER BY line_no"
    )
    cursor.execute("UPDATE in_products SET item_no = '' WHERE item_no = '0'")
    find_products(cursor)


def find_products(cursor: CursorWrapper) -> None:
    """Join the products of the file to stored ones: by number, else by 货号."""
    cursor.execute(
        "UPDATE in_products u SET id = p.id FROM products_product p"
        " WHERE u.id IS NULL AND u.item_no <> '' AND p.item_no = u.item_no"
    )
    # A product that came by its 货号 only gets its number; the first item of the style is the one.
    cursor.execute(
        "UPDATE in_products u SET id = f.id FROM ("
        "  SELECT DISTINCT ON (p.id) p.id, u.key FROM in_products u"
        "  JOIN products_product p ON p.item_code = u.item_code AND p.item_no = ''"
        "  WHERE u.id IS NULL AND u.item_no <> '' AND u.item_code <> ''"
        "  ORDER BY p.id, u.line_no) f WHERE f.key = u.key"
    )
    cursor.execute(
        "UPDATE in_products u SET id = f.id FROM ("
        "  SELECT u.key, min(p.id) AS id FROM in_products u"
        "  JOIN products_product p ON p.item_code = u.item_code"
        "  WHERE u.id IS NULL AND u.item_no = '' GROUP BY u.key) f WHERE f.key = u.key"
    )
    cursor.execute("ANALYZE in_products")


def _collect_skus(cursor: CursorWrapper, offer: Offer, stage: str) -> None:
    fields = "".join(
        f", r.{name}" for name in offer.sku_fields if name not in {"product_id", "spec"}
    )
    cursor.execute(
        f"CREATE TEMP TABLE in_raw AS SELECT {_KEY.format('r.')} AS key, r.*"
        f" FROM ({offer.skus_sql(stage)}) r WHERE r.merchant_code <> ''"
    )
    _drop_second_claims(cursor)
    _find_by_skus(cursor)
    # Several specs under one merchant code are SKUs of their own; so is one that is known as such.
    cursor.execute(
        f"""
        CREATE TEMP TABLE in_skus AS
        SELECT DISTINCT ON (code) c.* FROM (
          SELECT coalesce(v.code, CASE WHEN n.several AND r.spec <> ''
              THEN left(r.merchant_code, 40) || '#' || left(r.spec, 39)
              ELSE r.merchant_code END) AS code,
            r.line_no, r.key, r.hint, NULL::bigint AS id, NULL::bigint AS product_id,
            CASE WHEN v.code IS NOT NULL OR (n.several AND r.spec <> '') THEN r.merchant_code
              ELSE '' END AS merchant_code, r.spec{fields}
          FROM in_raw r
          JOIN (SELECT merchant_code, count(DISTINCT spec) > 1 AS several FROM in_raw
                GROUP BY merchant_code) n USING (merchant_code)
          LEFT JOIN products_sku v ON v.merchant_code = r.merchant_code AND v.spec = r.spec
            AND v.merchant_code <> '') c
        ORDER BY code, line_no DESC
        """
    )
    cursor.execute("UPDATE in_skus u SET id = k.id FROM products_sku k WHERE k.code = u.code")
    join_products(cursor)
    if "barcode" in offer.sku_fields:
        _set_barcodes_aside(cursor)
    cursor.execute("ANALYZE in_skus")


def _find_by_skus(cursor: CursorWrapper) -> None:
    """Join products that neither number nor 货号 leads to by their SKUs, if those are of one product.

    Only one that has no such number itself: 商家中心 knows no 货号, a cost table no 商品ID.
    """
    cursor.execute(
        "UPDATE in_products u SET id = f.id FROM (SELECT DISTINCT ON (p.id) p.id, m.key FROM ("
        "  SELECT r.key, min(k.product_id) AS id, min(r.line_no) AS line_no FROM in_raw r"
        "  JOIN LATERAL (SELECT product_id FROM products_sku WHERE code = r.merchant_code"
        "    UNION ALL SELECT product_id FROM products_sku WHERE merchant_code = r.merchant_code"
        "    AND merchant_code <> '') k ON k.product_id IS NOT NULL"
        "  WHERE r.key IS NOT NULL GROUP BY r.key HAVING count(DISTINCT k.product_id) = 1) m"
        " JOIN in_products u ON u.key = m.key AND u.id IS NULL"
        " JOIN products_product p ON p.id = m.id AND CASE WHEN u.item_no <> ''"
        "   THEN p.item_no = '' ELSE p.item_code = '' END"
        " WHERE NOT EXISTS (SELECT 1 FROM in_products x WHERE x.id = p.id)"
        " ORDER BY p.id, m.line_no) f WHERE f.key = u.key"
    )


def _drop_second_claims(cursor: CursorWrapper) -> None:
    """A merchant code in two products of one file stays with the first; the second is a claim."""
    cursor.execute(
        "WITH first AS (SELECT DISTINCT ON (merchant_code) merchant_code, key FROM in_raw"
        " WHERE key IS NOT NULL ORDER BY merchant_code, line_no),"
        " gone AS (DELETE FROM in_raw r USING first f WHERE f.merchant_code = r.merchant_code"
        " AND r.key IS DISTINCT FROM f.key RETURNING r.line_no, r.merchant_code, r.key)"
        " INSERT INTO in_claims (line_no, code, field, theirs)"
        " SELECT line_no, merchant_code, 'product_id', key FROM gone WHERE key IS NOT NULL"
    )


def join_products(cursor: CursorWrapper) -> None:
    """Say to which product the SKUs belong, as far as it is stored; `COMING` where it will be."""
    cursor.execute(
        f"UPDATE in_skus u SET product_id = coalesce(u.hint, CASE WHEN u.key IS NOT NULL"
        f" THEN coalesce((SELECT p.id FROM in_products p WHERE p.key = u.key), {COMING}) END)"
    )


def _set_barcodes_aside(cursor: CursorWrapper) -> None:
    """Take a barcode that another SKU has out of the file's rows: it becomes a claim."""
    cursor.execute(
        "WITH taken AS (SELECT u.code FROM in_skus u JOIN products_sku k ON k.barcode = u.barcode"
        " AND k.code <> u.code WHERE u.barcode <> ''"
        " UNION SELECT code FROM (SELECT code, row_number() OVER (PARTITION BY barcode"
        " ORDER BY line_no, code) AS place FROM in_skus WHERE barcode <> '') n WHERE place > 1),"
        " gone AS (SELECT u.line_no, u.code, u.barcode FROM in_skus u JOIN taken USING (code))"
        " INSERT INTO in_claims (line_no, code, field, theirs)"
        " SELECT line_no, code, 'barcode', barcode FROM gone"
    )
    cursor.execute(
        "UPDATE in_skus u SET barcode = '' FROM in_claims c"
        " WHERE c.field = 'barcode' AND c.code = u.code"
    )

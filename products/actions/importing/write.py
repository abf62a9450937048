"""Resolved rows into the tables: new ones, fields that the file wins, conflicts where nobody may."""

from datetime import datetime
from typing import Any

from django.db.backends.utils import CursorWrapper

from products.actions.importing.offer import TYPES, Offer
from products.rules.sources import PRODUCT_POLICIES, SKU_POLICIES, Policy, verdict_sql

_TEXT = {name for name, kind in TYPES.items() if kind == "text"}
# Columns that a new row needs and no file gives.
_NEW_PRODUCT = {
    "version": "1", "is_main": "false", "in_showcase": "false", "status": "'draft'",
    "role": "''", "item_no": "''", "item_code": "''", "category": "''", "brand": "''",
    "season": "''", "title": "''", "attributes": "'{}'::jsonb", "image_path": "''",
}  # fmt: skip
_NEW_SKU = {
    "version": "1", "pack_size": "1", "is_draft": "false", "is_on": "true", "sku_no": "''",
    "barcode": "''", "bin_code": "''", "title": "''", "spec": "''", "merchant_code": "''",
}  # fmt: skip


def judge(cursor: CursorWrapper, offer: Offer, at: datetime) -> None:
    """Work out for each stored row and field what becomes of the file's value: `v_products`, `v_skus`."""
    _judge(cursor, "products", offer.product_fields, PRODUCT_POLICIES, offer, at)
    if offer.skus is not None:
        _judge(cursor, "skus", offer.sku_fields, SKU_POLICIES, offer, at)


def _judge(
    cursor: CursorWrapper,
    what: str,
    fields: list[str],
    policies: dict[str, Policy],
    offer: Offer,
    at: datetime,
) -> None:
    table = "products_product" if what == "products" else "products_sku"
    verdicts = "".join(
        ", "
        + verdict_sql(
            name,
            policy=Policy.FILL if what == "products" and name in offer.weak else policies[name],
            stored=f"o.{name}",
            brought=f"u.{name}",
            is_text=name in _TEXT,
            source=offer.source,
        )
        + f" AS v_{name}"
        for name in fields
    )
    taken = " OR ".join(f"v_{name} = 'take'" for name in fields) or "false"
    cursor.execute(
        f"CREATE TEMP TABLE v_{what} AS SELECT j.*, ({taken}) AS changes FROM ("
        f" SELECT u.*{verdicts} FROM in_{what} u JOIN {table} o ON o.id = u.id) j",
        {"at": at},
    )


def insert_products(cursor: CursorWrapper, offer: Offer, batch_id: int, now: datetime) -> int:
    """Make the products that are not stored, and give them their ids."""
    values = {**_NEW_PRODUCT, **{name: _given(name) for name in offer.product_fields}}
    count = _insert(cursor, "product", values, offer.product_fields, offer, batch_id, now)
    cursor.execute(
        "UPDATE in_products u SET id = p.id FROM products_product p WHERE u.id IS NULL AND"
        " p.first_batch_id = %s AND (p.item_no, p.item_code) = (u.item_no, u.item_code)",
        [batch_id],
    )
    return count


def insert_skus(cursor: CursorWrapper, offer: Offer, batch_id: int, now: datetime) -> int:
    """Make the SKUs that are not stored."""
    fields = [*offer.sku_fields, "spec"] if "spec" not in offer.sku_fields else offer.sku_fields
    values = {
        **_NEW_SKU,
        **{name: _given(name) for name in fields},
        "code": "u.code",
        "merchant_code": "u.merchant_code",
    }
    if "shelf_quantity" in fields:
        values["shelf_at"] = "CASE WHEN u.shelf_quantity IS NOT NULL THEN %(at)s::timestamptz END"
    count = _insert(cursor, "sku", values, fields, offer, batch_id, now)
    cursor.execute(
        "UPDATE in_skus u SET id = k.id FROM products_sku k WHERE u.id IS NULL AND k.code = u.code"
    )
    return count


def _given(name: str) -> str:
    kind = TYPES[name]
    default = {"text": "''", "boolean": "true" if name == "is_on" else "false"}.get(kind)
    if name == "status":
        return "coalesce(nullif(u.status, ''), 'draft')"
    if kind == "jsonb":
        default = "'{}'::jsonb"
    return f"coalesce(u.{name}, {default})" if default else f"u.{name}"


def _insert(  # noqa: PLR0913
    cursor: CursorWrapper,
    what: str,
    values: dict[str, str],
    fields: list[str],
    offer: Offer,
    batch_id: int,
    now: datetime,
) -> int:
    values = {
        **values,
        "first_batch_id": "%(batch)s",
        "changed_at": "%(now)s",
        "said_by": f"jsonb_strip_nulls(jsonb_build_object({_said(fields)}))",
    }
    if what == "product":
        values["exported_at"] = "%(at)s"
    cursor.execute(
        f"INSERT INTO products_{what} ({', '.join(values)}) SELECT {', '.join(values.values())}"
        f" FROM in_{what}s u WHERE u.id IS NULL ORDER BY u.line_no",
        {"batch": batch_id, "now": now, **_mark(offer, batch_id, cursor)},
    )
    return int(cursor.rowcount)


def _says(name: str) -> str:
    return f"u.{name} IS NOT NULL" + (f" AND u.{name} <> ''" if name in _TEXT else "")


def _said(fields: list[str]) -> str:
    return ", ".join(f"'{name}', CASE WHEN {_says(name)} THEN %(mark)s END" for name in fields)


def _mark(offer: Offer, batch_id: int, cursor: CursorWrapper) -> dict[str, Any]:
    cursor.execute("SELECT exported_at FROM intake_batch WHERE id = %s", [batch_id])
    (at,) = cursor.fetchone()
    return {"mark": f"{offer.source}|{at.isoformat()}", "at": at}


def update(cursor: CursorWrapper, what: str, offer: Offer, batch_id: int, now: datetime) -> int:
    """Write the fields that the file wins, after the values before were kept for undo."""
    table, fields = (
        ("products_product", offer.product_fields)
        if what == "products"
        else ("products_sku", offer.sku_fields)
    )
    marks = _mark(offer, batch_id, cursor)
    _remember(cursor, what, table, fields, batch_id)
    new = [
        f"{name} = CASE WHEN u.v_{name} = 'take' THEN u.{name} ELSE o.{name} END" for name in fields
    ]
    if "shelf_quantity" in fields:
        new.append(
            "shelf_at = CASE WHEN u.v_shelf_quantity = 'take' THEN %(at)s ELSE o.shelf_at END"
        )
    if what == "products":
        new.append("exported_at = greatest(o.exported_at, %(at)s)")
    else:
        new.append("is_draft = false")
    said = ", ".join(
        f"'{name}', CASE WHEN u.v_{name} = 'take' THEN %(mark)s END" for name in fields
    )
    cursor.execute(
        f"UPDATE {table} o SET {', '.join(new)}, version = o.version + 1, changed_at = %(now)s,"
        f" changed_by_id = NULL, said_by = o.said_by || jsonb_strip_nulls(jsonb_build_object({said}))"
        f" FROM v_{what} u WHERE u.id = o.id AND u.changes",
        {"now": now, **marks},
    )
    count = int(cursor.rowcount)
    _confirm(cursor, what, table, fields, marks)
    return count


def _confirm(
    cursor: CursorWrapper, what: str, table: str, fields: list[str], marks: dict[str, Any]
) -> None:
    """Let what a newer file says again be as new as that file, or one between both would win over it."""
    held = [
        f"'{name}', CASE WHEN u.v_{name} = 'same' AND {_says(name)}"
        f" AND split_part(o.said_by ->> '{name}', '|', 1) = %(source)s"
        f" AND split_part(o.said_by ->> '{name}', '|', 2)::timestamptz < %(at)s THEN %(mark)s END"
        for name in fields
    ]
    cursor.execute(
        f"UPDATE {table} o SET said_by = o.said_by || c.news FROM (SELECT o.id,"
        f" jsonb_strip_nulls(jsonb_build_object({', '.join(held)})) AS news"
        f" FROM v_{what} u JOIN {table} o ON o.id = u.id) c WHERE c.id = o.id AND c.news <> '{{}}'",
        {**marks, "source": str(marks["mark"]).split("|")[0]},
    )


def _remember(
    cursor: CursorWrapper, what: str, table: str, fields: list[str], batch_id: int
) -> None:
    also = ["shelf_at"] if "shelf_quantity" in fields else []
    before = " || ".join(
        f"CASE WHEN u.v_{name} = 'take' THEN jsonb_build_object('{name}', o.{name}) ELSE '{{}}' END"
        for name in fields
    )
    kept = ", ".join(
        f"'{name}', o.{name}"
        for name in (
            "version",
            "said_by",
            *also,
            "exported_at" if what == "products" else "is_draft",
        )
    )
    cursor.execute(
        'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
        f" SELECT %s, '{table}', o.id, {before} || jsonb_build_object({kept})"
        f" FROM v_{what} u JOIN {table} o ON o.id = u.id WHERE u.changes"
        ' ON CONFLICT (batch_id, "table", row_pk) DO NOTHING',
        [batch_id],
    )


def note_conflicts(cursor: CursorWrapper, offer: Offer, batch_id: int, now: datetime) -> int:
    """Write down where the file and what is stored disagree; one open conflict a field."""
    parts = [
        f"SELECT u.id AS product_id, NULL::bigint AS sku_id, '{name}' AS field,"
        f" {_shown('o', name)} AS ours, {_shown('u', name)} AS theirs, u.line_no"
        f" FROM v_products u JOIN products_product o ON o.id = u.id WHERE u.v_{name} = 'conflict'"
        for name in offer.product_fields
    ]
    if offer.skus is not None:
        parts += [
            f"SELECT NULL, u.id, '{name}', {_shown('o', name)}, {_shown('u', name)}, u.line_no"
            f" FROM v_skus u JOIN products_sku o ON o.id = u.id WHERE u.v_{name} = 'conflict'"
            for name in offer.sku_fields
        ]
    parts.append(
        "SELECT NULL, k.id, c.field, CASE c.field WHEN 'barcode' THEN k.barcode"
        " ELSE coalesce(k.product_id::text, '') END, CASE c.field WHEN 'barcode' THEN c.theirs"
        " ELSE p.id::text END, c.line_no FROM in_claims c"
        " JOIN LATERAL (SELECT * FROM products_sku k WHERE k.code = c.code OR k.merchant_code ="
        " c.code ORDER BY k.id LIMIT 1) k ON true LEFT JOIN in_products p ON p.key = c.theirs"
        " WHERE c.field = 'barcode' OR (p.id IS NOT NULL AND p.id IS DISTINCT FROM k.product_id)"
    )
    cursor.execute(
        "INSERT INTO products_catalogueconflict (product_id, sku_id, batch_id, found_at, field,"
        " source, ours, theirs) SELECT DISTINCT ON (f.product_id, f.sku_id, f.field) f.product_id,"
        " f.sku_id, %(batch)s, %(now)s, f.field, %(source)s, f.ours, f.theirs"
        f" FROM ({' UNION ALL '.join(parts)}) f WHERE NOT EXISTS ("
        "  SELECT 1 FROM products_catalogueconflict d WHERE d.decided_at IS NOT NULL"
        "  AND NOT d.takes_theirs AND d.source = %(source)s AND d.field = f.field"
        "  AND d.theirs = f.theirs AND d.product_id IS NOT DISTINCT FROM f.product_id"
        "  AND d.sku_id IS NOT DISTINCT FROM f.sku_id)"
        " ORDER BY f.product_id, f.sku_id, f.field, f.line_no"
        " ON CONFLICT (product_id, sku_id, field) WHERE decided_at IS NULL DO UPDATE SET"
        " theirs = excluded.theirs, ours = excluded.ours, source = excluded.source,"
        " batch_id = excluded.batch_id, found_at = excluded.found_at",
        {"batch": batch_id, "now": now, "source": offer.source},
    )
    return int(cursor.rowcount)


def _shown(alias: str, name: str) -> str:
    return f"coalesce({alias}.{name}::text, '')"

"""Which SKUs a merchant code and a spec lead to, where several specs share the code."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION products_spec_key(spec text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(value, ';' ORDER BY value COLLATE "C"), '') FROM (
    SELECT lower(btrim(regexp_replace(part, '^[^:]*:', ''))) AS value
    FROM regexp_split_to_table(normalize(coalesce(spec, ''), NFKC), ';') AS part) parts
  WHERE value <> ''
$$;
CREATE FUNCTION products_skus_meant(named text, wanted text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH shares AS (
    SELECT code, spec FROM products_sku WHERE merchant_code = named AND merchant_code <> ''
  ), own AS (
    SELECT code, spec FROM products_sku WHERE code = named AND NOT is_draft
  ), fits AS (
    SELECT code FROM (SELECT * FROM shares UNION ALL SELECT * FROM own) each
    WHERE products_spec_key(spec) = products_spec_key(wanted)
  )
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM shares WHERE code <> named) THEN ARRAY[named]
    WHEN EXISTS (SELECT 1 FROM fits) THEN (SELECT array_agg(DISTINCT code::text ORDER BY code::text) FROM fits)
    WHEN EXISTS (SELECT 1 FROM own WHERE products_spec_key(spec) = '') THEN ARRAY[named]
    ELSE ARRAY[]::text[] END
$$;
"""

BACKWARD = """
DROP FUNCTION products_skus_meant(text, text);
DROP FUNCTION products_spec_key(text);
"""


class Migration(migrations.Migration):
    dependencies = [("products", "0007_listing_rules")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

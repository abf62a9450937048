"""Let Postgres itself refuse to change the stock ledger, whoever asks and by whatever way."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION products_stockmove_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the stock ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stock_ledger_is_append_only
  BEFORE UPDATE OR DELETE ON products_stockmove
  FOR EACH ROW EXECUTE FUNCTION products_stockmove_refuse_change();
CREATE TRIGGER stock_ledger_is_never_emptied
  BEFORE TRUNCATE ON products_stockmove
  FOR EACH STATEMENT EXECUTE FUNCTION products_stockmove_refuse_change();
"""

BACKWARD = """
DROP TRIGGER stock_ledger_is_never_emptied ON products_stockmove;
DROP TRIGGER stock_ledger_is_append_only ON products_stockmove;
DROP FUNCTION products_stockmove_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("products", "0003_stock_rules")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

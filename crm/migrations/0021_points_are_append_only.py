"""Let Postgres itself refuse to change the ledger of points, but for words about a person who was erased."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION crm_pointentry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.reason = '***' THEN
    OLD.reason := '***';
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the ledger of points is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_are_append_only
  BEFORE UPDATE OR DELETE ON crm_pointentry
  FOR EACH ROW EXECUTE FUNCTION crm_pointentry_refuse_change();
CREATE TRIGGER points_are_never_emptied
  BEFORE TRUNCATE ON crm_pointentry
  FOR EACH STATEMENT EXECUTE FUNCTION crm_pointentry_refuse_change();
"""

BACKWARD = """
DROP TRIGGER points_are_never_emptied ON crm_pointentry;
DROP TRIGGER points_are_append_only ON crm_pointentry;
DROP FUNCTION crm_pointentry_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0020_tiers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

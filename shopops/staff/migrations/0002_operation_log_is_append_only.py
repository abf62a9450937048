"""Let Postgres itself refuse to change history, whoever asks and by whatever way."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION staff_operation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the operation log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER operation_log_is_append_only
  BEFORE UPDATE OR DELETE ON staff_operation
  FOR EACH ROW EXECUTE FUNCTION staff_operation_refuse_change();
CREATE TRIGGER operation_log_is_never_emptied
  BEFORE TRUNCATE ON staff_operation
  FOR EACH STATEMENT EXECUTE FUNCTION staff_operation_refuse_change();
"""

BACKWARD = """
DROP TRIGGER operation_log_is_never_emptied ON staff_operation;
DROP TRIGGER operation_log_is_append_only ON staff_operation;
DROP FUNCTION staff_operation_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

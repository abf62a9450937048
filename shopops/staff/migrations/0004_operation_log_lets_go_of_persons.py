"""Who asks to be forgotten is forgotten in the log, too: texts may be blanked, acts stay what they are."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION staff_operation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('shopops.erasing', true) = 'on' THEN
    IF (NEW.id, NEW.at, NEW.actor_id, NEW.actor_name, NEW.name, NEW.object_type, NEW.batch_id, NEW.ip)
      IS NOT DISTINCT FROM
      (OLD.id, OLD.at, OLD.actor_id, OLD.actor_name, OLD.name, OLD.object_type, OLD.batch_id, OLD.ip)
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the operation log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION staff_operation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the operation log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_versions_and_reveal_quota")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

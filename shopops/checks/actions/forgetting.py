"""Taking a person's name out of what checks said and people noted."""

from collections.abc import Sequence

from django.db import connection

# Words that may name a buyer; texts as they are, JSON as text and back.
_TEXTS = (
    ("checks_issue", ("title", "evidence", "note")),
    ("checks_issueevent", ("words",)),
    ("checks_dailyitem", ("note",)),
    ("checks_projectitem", ("note",)),
)


def forget_names(names: Sequence[str], *, pseudonym: str) -> int:
    """Write a pseudonym for each of some names; give how many rows changed. Reads these tables once a name."""
    changed = 0
    with connection.cursor() as cursor:
        for name in names:
            for table, columns in _TEXTS:
                sets = ", ".join(f"{one} = replace({one}, %(name)s, %(new)s)" for one in columns)
                where = " OR ".join(f"strpos({one}, %(name)s) > 0" for one in columns)
                cursor.execute(
                    f"UPDATE {table} SET {sets} WHERE {where}",  # noqa: S608 - no input in it
                    {"name": name, "new": pseudonym},
                )
                changed += cursor.rowcount
            cursor.execute(
                "UPDATE checks_checkresult SET findings = replace(findings::text, %s, %s)::jsonb"
                " WHERE strpos(findings::text, %s) > 0",
                [name, pseudonym, name],
            )
            changed += cursor.rowcount
    return changed

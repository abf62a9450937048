"""What acts of the service desk lock, in this order: days, names, a person's bonus sheets, exams."""

from django.db import connection

from crm.models import AgentName, BonusLine, BonusSheet, Exam


def lock_days() -> None:
    """Let one at a time decide which words about days count; ends with the transaction."""
    _advisory("crm.agent_days")


def lock_rules(what: str) -> None:
    """Let one person at a time change dated rows, of which there may be none yet to lock."""
    _advisory(f"crm.{what}")


def _advisory(name: str) -> None:
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def locked_name(name_id: int) -> AgentName:
    """Lock a chat tool's name.

    :raises AgentName.DoesNotExist: if there is none
    """
    return AgentName.objects.select_for_update(of=("self",)).get(pk=name_id)


def locked_sheets(agent_id: int) -> list[BonusSheet]:
    """Lock all bonus sheets of an agent: months carry into each other. The oldest first."""
    rows = BonusSheet.objects.select_for_update(of=("self",)).filter(agent_id=agent_id)
    return sorted(rows.order_by("pk"), key=lambda one: one.month)


def locked_line(line_id: int) -> BonusLine:
    """Lock a line after its agent's sheets.

    :raises BonusLine.DoesNotExist: if there is none
    """
    agent_id = BonusLine.objects.values_list("sheet__agent_id", flat=True).get(pk=line_id)
    sheets = {one.pk: one for one in locked_sheets(agent_id)}
    line = BonusLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    line.sheet = sheets[line.sheet_id]
    return line


def locked_exam(exam_id: int) -> Exam:
    """Lock an exam sheet.

    :raises Exam.DoesNotExist: if there is none
    """
    return Exam.objects.select_for_update(of=("self",)).get(pk=exam_id)

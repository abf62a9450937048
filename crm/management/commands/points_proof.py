"""`manage.py points_proof`: balances against the ledger of points."""

from dataclasses import asdict
from typing import Any

from crm.queries.points import prove
from shopops.lib.commands import JsonCommand


class Command(JsonCommand):
    help = "Prove the points; exit status 1 if anything differs. Mends nothing."

    def answer(self, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        proof = prove()
        answer: dict[str, Any] = {
            "customers": proof.customers,
            "lines": proof.lines,
            "differences": [asdict(one) for one in proof.differences],
        }
        return answer | ({"failed": True} if proof.differences else {})

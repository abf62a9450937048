"""`manage.py stock_proof`: on hand against the ledger, allocated against open orders."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from products import registry
from products.queries.proof import prove
from shopops.lib.commands import JsonCommand


class Command(JsonCommand):
    help = "Prove the stock; exit status 1 if anything differs. Mends nothing: counts and adjustments do."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair", choices=["no"], default="no", help="nothing is ever mended by a command"
        )

    def answer(self, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        proof = prove(open_lines=registry.open_lines)
        answer: dict[str, Any] = {
            "skus": proof.skus,
            "moves": proof.moves,
            "allocations": proof.allocations,
            "differences": [asdict(one) for one in proof.differences],
        }
        return answer | ({"failed": True} if proof.differences else {})

    def show(self, answer: dict[str, Any]) -> None:
        for one in answer["differences"]:
            self.stdout.write(
                f"{one['sku_code']}: {one['which']} {one['stored']} / {one['proved']} {one['tid']}"
            )
        self.stdout.write(
            f"{answer['skus']} SKUs, {answer['moves']} moves, {answer['allocations']} allocations,"
            f" {len(answer['differences'])} differences"
        )

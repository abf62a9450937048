"""The proof of stock as a run: its result is kept, and a run that finds something says so."""

from dataclasses import asdict
from typing import Any

from products import registry
from products.queries.proof import prove
from shopops.work.context import RunContext

KIND = "products.stock_proof"
MOST_KEPT = 200


def perform_proof(run: RunContext) -> dict[str, Any]:
    """Prove the stock; only reads. Keeps the first differences in the run's result."""
    proof = prove(open_lines=registry.open_lines)
    return {
        "skus": proof.skus,
        "moves": proof.moves,
        "allocations": proof.allocations,
        "found": len(proof.differences),
        "differences": [asdict(one) for one in proof.differences[:MOST_KEPT]],
    }

"""All measurements, one after the other: `python -m bench [NAME…] [--quick] [--write]`.

Prints one JSON document; tables go to standard error, or with `--write` to docs/benchmarks.md.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import (
    activity,
    audit,
    campaign,
    final_price,
    pages,
    products,
    rebuild,
    replenishment,
    rfm,
    rollup,
    scan,
    segments,
    stock,
    waves,
)

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench/out"
DOCUMENT = ROOT / "docs/benchmarks.md"
TITLES = {
    "imports": "Import",
    "rollup": "Rollup of one dirty day",
    "rebuild": "Full rebuild of the figures",
    "pages": "Queue pages",
    "audit": "Automatic audit",
    "waves": "Waves",
    "scan": "Scans at the packing table",
    "stock": "Stock: the proof, and pieces for orders",
    "replenishment": "Replenishment",
    "products": "Pages of goods",
    "rfm": "RFM of a million customers",
    "final_price": "Lowest prices for the days ahead",
    "activity": "Pages of activities",
    "segments": "Segments",
    "campaign": "Campaigns",
}


def main() -> int:
    """Run what was asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TITLES)}")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all work")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument(
        "--kept", action="store_true", help="run nothing; take the results kept in bench/out"
    )
    parser.add_argument("--list", action="store_true", help="name the measurements and end")
    options = parser.parse_args()
    names = options.names or list(TITLES)
    if unknown := set(names) - set(TITLES):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    if options.list:
        print("\n".join(TITLES))  # noqa: T201
        return 0
    results = {
        name: _kept(name) if options.kept else _run(name, quick=options.quick) for name in names
    }
    print(json.dumps(results, indent=1, ensure_ascii=False))  # noqa: T201
    if options.write:
        DOCUMENT.write_text(document(results, before=DOCUMENT.read_text()))
    else:
        sys.stderr.write(document(results))
    return 0


def _run(name: str, *, quick: bool) -> dict[str, Any]:
    sys.stderr.write(f"== {TITLES[name]}\n")
    command = [sys.executable, "-m", f"bench.{name}", *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(done.stdout)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _kept(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((OUT / f"{name}.json").read_text())
    return result


def document(results: dict[str, Any], *, before: str = "") -> str:
    """Write the results as a page of the documentation.

    :param before: the page as it is; what was not measured this time stays as it stands there
    """
    tables = {
        "rollup": rollup.table,
        "rebuild": rebuild.table,
        "pages": pages.table,
        "imports": _imports,
        "audit": audit.table,
        "waves": waves.table,
        "scan": scan.table,
        "stock": stock.table,
        "replenishment": replenishment.table,
        "products": products.table,
        "rfm": rfm.table,
        "final_price": final_price.table,
        "activity": activity.table,
        "segments": segments.table,
        "campaign": campaign.table,
    }
    parts = [
        "# Measured",
        "Written by `python -m bench --write`. Ratios hold within one run; milliseconds are those of the"
        " machine that ran it, with whatever else ran there.",
    ]
    kept = dict(_sections(before))
    for name, title in TITLES.items():
        text = tables[name](results[name]) if name in results else kept.get(title)
        if text:
            parts += [f"## {title}", text]
    return "\n\n".join(parts) + "\n"


def _sections(page: str) -> Iterator[tuple[str, str]]:
    for part in page.split("\n## ")[1:]:
        title, _sign, text = part.partition("\n\n")
        yield title, text.strip("\n")


def _imports(result: dict[str, Any]) -> str:
    lines = [
        f"{result['lines']:,} order lines (an order list and its item list, GBK) into an empty shop, then"
        f" {result['day_lines']:,} beside {result['base']:,} orders; load before: {result['load_before']}."
        " The files of a pair arrive together.",
        "",
        "| step | seconds | times the raw COPY | aim |",
        "|---|---:|---:|---|",
    ]
    for name, step in result["steps"].items():
        aim = result["limits"].get(name)
        unit = "s" if name.startswith("day_") else "times"
        words = f"{aim:g} {unit}" if aim else ""
        lines.append(f"| {name} | {step['seconds']} | {step.get('ratio_to_raw', 1)} | {words} |")
    words = (
        "`same_bytes`: the identical files again, answered without reading them. `same_rows`: the same rows"
        " in files with a blank line more, each read and found unchanged by hash. `later_export`: the same"
        " rows as the platform exports them a day later. `raw`: COPY of the same bytes into unlogged text"
        " tables. Everything else is included: vault, reading child, preview, all indexes and keys."
    )
    peaks = ", ".join(f"{name} {size}" for name, size in result["peak_mib"].items())
    peak = f"Peak memory in MiB: {peaks}; aim: under 1,024."
    return "\n".join([*lines, "", words, "", peak])


if __name__ == "__main__":
    sys.exit(main())

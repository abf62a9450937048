"""A believable shop in the platform's own file formats, for the demo, the tests and the benches."""

from orders.demo.bench import BenchFiles, bench_day_file, bench_files
from orders.demo.export import LAYOUTS, write_export
from orders.demo.truth import Truth, WrittenFile

__all__ = [
    "LAYOUTS",
    "BenchFiles",
    "Truth",
    "WrittenFile",
    "bench_day_file",
    "bench_files",
    "write_export",
]

"""What is done with checks, issues and lists."""

from shopops.checks.actions.running import (
    KIND,
    perform_checks,
    request_checks,
    run_check,
    run_checks,
)

__all__ = ["KIND", "perform_checks", "request_checks", "run_check", "run_checks"]

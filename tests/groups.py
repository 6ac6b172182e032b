"""Groups of tests that one process runs, and which of them take longest."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = {"prefect_server": "a Prefect server", "running": "a running office"}
"""Fixtures of tests/run that take long to start: the files that use one run in the same process."""
LONGEST = (
    "a running office",
    "tests/states/long_runs/test_random_cases.py",
    "tests/states/long_runs/test_clock_year.py",
    "a Prefect server",
    "tests/faults/test_fault_office.py",
    "tests/faults/test_fault_requests.py",
    "tests/faults/test_fault_flows.py",
    "tests/faults/test_fault_claims.py",
    "tests/states/long_runs/test_random_journeys.py",
    "tests/rules/deadlines/test_end_dates_by_walking.py",
    "tests/states/events/test_mergers.py",
    "tests/test_house.py",
    "tests/states/events/test_life_events.py",
    "tests/api/routes/test_api_actions.py",
    "tests/api/routes/test_api_invoice_documents.py",
)
"""The groups that take longest, which start first, so that no process runs a long file at the end."""


@cache
def group_of(nodeid: str) -> str:
    """The group of a test, which one process runs: its file, or all files that share a slow fixture."""
    file = nodeid.partition("::")[0]
    if file.startswith("tests/run/"):
        text = (ROOT / file).read_text("utf-8")
        for fixture, group in SHARED.items():
            if re.search(rf"\b{fixture}: ", text):
                return group
    return file

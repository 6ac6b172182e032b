"""Hooks of Schemathesis: they note each answer, and check that only a rule refuses what the description allows."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import schemathesis

NOTES = Path(os.environ["VEILIGADVIES_INVENTED"])
BY_NO_RULE = (400, 413, 415, 422, 428)
"""Refusals of a form; all others say which rule or duty refuses, that the thing changed, or that it is not there."""
BY_RULE = ("beyond-the-rules", "bank-file-refused", "document-refused", "unfit-value")
"""Problems whose detail says the rule: no rule is known for a date, what a file is not, or why a value cannot be right,
such as the check digits of an account or an id that nothing has, which no description can say."""

COMBINED = "/v1/terms/actions/calculate"
"""Its parameters exclude one another, which a description cannot say."""


@schemathesis.hook
def after_call(_: Any, case: Any, response: Any) -> None:
    """Note the method, the status and the path of an answer."""
    path = urlsplit(response.request.url).path
    with NOTES.open("a", encoding="utf-8") as file:
        file.write(f"{case.method} {response.status_code} {path}\n")


@schemathesis.check
def refused_by_a_rule(_: Any, response: Any, case: Any) -> None:
    """What the description allows is refused by a rule only."""
    allowed = case.meta is not None and case.meta.generation.mode.is_positive and case.path != COMBINED
    if not allowed or response.status_code not in BY_NO_RULE:
        return
    problem = response.json()
    if problem["type"].rpartition("/")[2] not in BY_RULE:
        raise AssertionError(f"Refused by no rule: {response.status_code} {problem['detail']}")

"""A rule and what it finds.

A rule is a pure function of named facts. It answers ``None`` where it has nothing to object, or plain words that say
what stands in the way and what would be right. The decorator :func:`rule` gives it its id, article, source and dates,
and turns the words into a :class:`Finding`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

REG = "https://wetten.overheid.nl/BWBR0041573"
BESL = "https://wetten.overheid.nl/BWBR0041522"
AWB = "https://wetten.overheid.nl/BWBR0005537"
ATW = "https://wetten.overheid.nl/BWBR0002448"
LB = "https://wetten.overheid.nl/BWBR0002471"
CIRCULAR = "https://wetten.overheid.nl/BWBR0052355/2026-02-24/0"
LETTER_2024 = "https://www.tweedekamer.nl/kamerstukken/brieven_regering/detail?did=2024D18812&id=2024D18812"
HOUSE = "house rule of the advice office; no statute says it"


class RulesError(Exception):
    """Root of every error of this room."""


@dataclass(frozen=True)
class Finding:
    """What one rule found against an event: which rule, in plain words, with its article and source."""

    rule: str
    message: str
    article: str
    source: str


@dataclass(frozen=True)
class Rule:
    """What is fixed of a rule: its id, the article it applies, where that can be read and from when it holds."""

    id: str
    article: str
    source: str
    since: date
    verified: bool
    summary: str
    module: str


REGISTRY: dict[str, Rule] = {}

type_of_rule = Callable[..., Finding | None]


def rule(
    rule_id: str,
    *,
    article: str,
    source: str,
    since: date = date(2024, 1, 1),
    verified: bool = True,
) -> Callable[[Callable[..., str | None]], type_of_rule]:
    """Register a rule under its id.

    Args:
        rule_id: ``subject.what-must-hold``; unique in the whole engine.
        article: the article as a lawyer cites it.
        source: where the text can be read.
        since: the first day on which the rule holds in this form.
        verified: False where the reading is our own inference.

    Raises:
        RulesError: the id is taken.
    """

    def register(check: Callable[..., str | None]) -> type_of_rule:
        if rule_id in REGISTRY:
            raise RulesError(f"Two rules are called {rule_id}; give one of them another id.")
        summary = (check.__doc__ or "").strip().splitlines()[0]
        REGISTRY[rule_id] = Rule(rule_id, article, source, since, verified, summary, check.__module__)

        @wraps(check)
        def ask(**facts: Any) -> Finding | None:
            words = check(**facts)
            return None if words is None else Finding(rule_id, words, article, source)

        ask.rule_id = rule_id  # type: ignore[attr-defined]  # read by whoever keeps the receipt
        return ask

    return register

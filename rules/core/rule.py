"""Rule: a pure function of named facts, and the finding with which it objects.

The function returns ``None`` where it has no objection, or a :func:`message` in English and Dutch that says what is
wrong and what would be right. The decorator :func:`rule` adds id, article, source and dates; a rule that is called
turns the message into a :class:`Finding`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rules.core.dated_values import Version, reading
from rules.core.errors import RulesError

REG = "https://wetten.overheid.nl/BWBR0041573"
BESL = "https://wetten.overheid.nl/BWBR0041522"
AWB = "https://wetten.overheid.nl/BWBR0005537"
ATW = "https://wetten.overheid.nl/BWBR0002448"
LB = "https://wetten.overheid.nl/BWBR0002471"
CIRCULAR = "https://wetten.overheid.nl/BWBR0052355/2026-02-24/0"
LETTER_2024 = "https://www.tweedekamer.nl/kamerstukken/brieven_regering/detail?did=2024D18812&id=2024D18812"
HOUSE = "house rule of the advice office; no statute says it"


OLDEST = date(2021, 1, 1)
"""The first day of the oldest scheme whose cases this engine keeps."""
SCHEME_2024 = date(2024, 1, 1)
"""The first day of articles 2.9, 3.9 and 4.9 of the Regeling as they read now (Stcrt. 2023, 28233)."""


class Bilingual(NamedTuple):
    """One text in two languages."""

    en: str
    nl: str


def message(en: str, nl: str) -> Bilingual:
    """The objection of a rule in plain words: what is wrong, and what would be right."""
    return Bilingual(en, nl)


@dataclass(frozen=True)
class Finding:
    """The objection of one rule to an event: the rule, its message, article and source."""

    rule: str
    message: str
    article: str
    source: str
    message_nl: str = ""
    since: date | None = None
    """The first day on which the rule holds in this form; None for a rule of the work list."""

    def as_json(self) -> dict[str, Any]:
        """The finding as it is stored with a row: rule, message in both languages, and article."""
        return {
            "rule": self.rule,
            "message": self.message,
            "messageNl": self.message_nl,
            "article": self.article,
        }


@dataclass(frozen=True)
class Judgement:
    """The result of running one rule: its finding, if any, and the dated values that it read."""

    finding: Finding | None
    values: tuple[Version, ...]


@dataclass(frozen=True)
class Rule:
    """A rule: its id, the article that it applies, the source of the text, and the dates between which it holds.

    Called with facts by name it returns its :class:`Finding`, or None.
    """

    id: str
    article: str
    source: str
    since: date
    until: date | None
    verified: bool
    summary: str
    summary_nl: str
    module: str
    check: Callable[..., Bilingual | None]

    def __call__(self, **facts: Any) -> Finding | None:
        """The finding of the rule on these facts, or None."""
        return self.judge(**facts).finding

    def judge(self, **facts: Any) -> Judgement:
        """The finding of the rule, and the dated values on which it rests."""
        with reading() as read:
            objection = self.check(**facts)
        if objection is None:
            return Judgement(None, tuple(read))
        found = Finding(self.id, objection.en, self.article, self.source, objection.nl, self.since)
        return Judgement(found, tuple(read))

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on a day."""
        return self.since <= on and (self.until is None or on <= self.until)


REGISTRY: dict[str, Rule] = {}


def rule(
    rule_id: str,
    *,
    article: str,
    source: str,
    nl: str,
    since: date = OLDEST,
    until: date | None = None,
    verified: bool = True,
) -> Callable[[Callable[..., Bilingual | None]], Rule]:
    """Register a rule under its id.

    Args:
        rule_id: ``subject.what-must-hold``; unique in the whole engine.
        article: the article as a lawyer cites it.
        source: where the text can be read.
        nl: what must hold, in Dutch; the first line of the docstring says it in English.
        since: the first day on which the rule holds in this form.
        until: the last day on which it holds, or None.
        verified: False if the reading is our own inference.

    Raises:
        RulesError: the id is taken.
    """

    def register(check: Callable[..., Bilingual | None]) -> Rule:
        if rule_id in REGISTRY:
            raise RulesError(f"Two rules are called {rule_id}; give one of them another id.")
        summary = (check.__doc__ or "").strip().splitlines()[0]
        made = Rule(rule_id, article, source, since, until, verified, summary, nl, check.__module__, check)
        REGISTRY[rule_id] = made
        return made

    return register

"""Decision replay: run the rule of a receipt line again, as it was decided or under the rules of another day."""

import inspect
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from rules.core.dated_values import Version, under, versions
from rules.core.errors import RulesError, UnknownValueError
from rules.core.rule import REGISTRY, Bilingual, Finding, Rule, message


@dataclass(frozen=True)
class Rerun:
    """The result of running the rule of a receipt line again; ``differences`` is empty if nothing differs."""

    rule: str
    ran: bool
    """Whether it could be run: the receipt holds all its facts, and its values are known."""
    finding: Finding | None = None
    values: tuple[Version, ...] = ()
    """The versions of the values that it read this time."""
    others: tuple[Version, ...] = ()
    """The versions among them that the receipt does not name."""
    differences: tuple[Bilingual, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the rule could be run and gives the same outcome, on the same values."""
        return self.ran and not self.differences


def rerun(line: Mapping[str, Any], on: date | None = None) -> Rerun:
    """Run the rule of one receipt line again, with the facts that the line holds.

    Args:
        line: a line as the ledger stores it: rule, facts, values and whether the rule objected.
        on: run under the rules and values of that day; if absent, as it was decided.
    """
    name = str(line["rule"])
    rule = REGISTRY.get(name)
    if rule is None:
        return _cannot(name, message("It is no rule any more: the code has changed since.", _CODE_NL))
    if on is not None and not rule.in_force(on):
        return _cannot(name, _not_in_force(rule, on))
    facts = facts_of(rule, line["facts"])
    if isinstance(facts, Bilingual):
        return _cannot(name, facts)
    try:
        with under(on) if on else nullcontext():
            judgement = rule.judge(**facts)
    except UnknownValueError as error:
        en = f"unknown: add a version of {error.name} for {error.on}, with its source, in rules/values/."
        nl = f"onbekend: voeg een versie van {error.name} voor {error.on} toe, met de bron, in rules/values/."
        return _cannot(name, message(en, nl))
    except (RulesError, LookupError) as error:
        return _cannot(name, message(f"unknown: {error}", f"onbekend: {error}"))
    marks = line.get("values", {})
    others = tuple(read for read in judgement.values if marks.get(read.name) != read.mark)
    differences = _outcome(bool(line["objects"]), judgement.finding)
    if on is None:
        differences += _code(marks, {read.name for read in judgement.values}, differences, others)
    differences += [_version(read, on) for read in others]
    return Rerun(name, True, judgement.finding, judgement.values, others, tuple(differences))


def facts_of(rule: Rule, stored: Mapping[str, Any]) -> dict[str, Any] | Bilingual:
    """The facts of a receipt as the rule takes them, or the reason why they are not available."""
    kinds = _kinds(rule.id)
    if missing := sorted(required(rule) - stored.keys()):
        named = ", ".join(missing)
        return message(
            f"It cannot be run again: it read content ({named}), which no receipt holds.",
            f"De regel kan niet opnieuw worden gevraagd: hij las inhoud ({named}), en die staat in geen verslag.",
        )
    try:
        return {name: kinds[name].validate_python(fact) for name, fact in stored.items()}
    except (KeyError, ValidationError):
        return message(
            "It cannot be run again: it takes other facts now, the code has changed since.",
            "De regel kan niet opnieuw worden gevraagd: hij vraagt nu andere feiten, de code is sindsdien gewijzigd.",
        )


def required(rule: Rule) -> set[str]:
    """The facts without which a rule cannot be run."""
    parameters = inspect.signature(rule.check).parameters.values()
    return {item.name for item in parameters if item.default is inspect.Parameter.empty}


def version_of(name: str, mark: str) -> Version | None:
    """The version of a value to which a mark in a receipt belongs; None if it has changed since."""
    return next((held for held in versions().get(name, ()) if held.mark == mark), None)


@cache
def _kinds(rule_id: str) -> dict[str, TypeAdapter[Any]]:
    hints = get_type_hints(REGISTRY[rule_id].check)
    return {name: TypeAdapter(kind) for name, kind in hints.items() if name != "return"}


_CODE_NL = "Dit is geen regel meer: de code is sindsdien gewijzigd."


def _cannot(rule: str, why: Bilingual) -> Rerun:
    return Rerun(rule, ran=False, differences=(why,))


def _not_in_force(rule: Rule, on: date) -> Bilingual:
    en = f"from {rule.since}" + (f" through {rule.until}" if rule.until else "")
    nl = f"vanaf {rule.since}" + (f" tot en met {rule.until}" if rule.until else "")
    return message(f"Not in force on {on}: it holds {en}.", f"Niet van kracht op {on}: de regel geldt {nl}.")


def _outcome(objected: bool, finding: Finding | None) -> list[Bilingual]:
    if objected == (finding is not None):
        return []
    if finding is None:
        return [message("It has nothing to object.", "De regel heeft geen bezwaar.")]
    return [message(f"It objects: {finding.message}", f"De regel maakt bezwaar: {finding.message_nl}")]


def _code(
    marks: Mapping[str, str], read: Collection[str], found: Collection[Bilingual], others: Collection[Version]
) -> list[Bilingual]:
    unread = sorted(marks.keys() - read)
    if not unread and (others or not found):
        return []
    en = f"The code has changed since{': it does not read ' + ', '.join(unread) if unread else ''}."
    nl = f"De code is sindsdien gewijzigd{': zij leest niet ' + ', '.join(unread) if unread else ''}."
    return [message(en, nl)]


def _version(read: Version, on: date | None) -> Bilingual:
    if on is None:
        return message(
            f"The value {read.name} has changed since: it reads {read.value} from {read.since}.",
            f"De waarde {read.name} is sindsdien gewijzigd: zij luidt {read.value} vanaf {read.since}.",
        )
    return message(
        f"The value {read.name} reads {read.value} then, from {read.since}.",
        f"De waarde {read.name} luidt dan {read.value}, vanaf {read.since}.",
    )

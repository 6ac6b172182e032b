"""Documents: texts made from what a user selects, for that user, and never sent or stored."""

from enum import StrEnum
from typing import Annotated

from jinja2 import TemplateError
from pydantic import Field

from notifications.catalogue import LANGUAGES, catalogue
from notifications.errors import NotificationsError
from notifications.wording import environment
from rules.core.regulation import PublicOffice
from states.engine.bodies import Body, Text


class ReportKind(StrEnum):
    """Kind of report: a report (melding), or a criminal complaint that asks for prosecution (aangifte)."""

    REPORT = "report"
    COMPLAINT = "complaint"


class Wish(StrEnum):
    """A request to the police that goes with the report."""

    DOMICILE = "domicile"
    PUBLIC_TASK = "public-task"
    KEPT_INFORMED = "kept-informed"
    NO_ENCOUNTER = "no-encounter"
    VICTIM_SUPPORT = "victim-support"


class PoliceReport(Body):
    """What the official reports to the police: the seven W's and more; a field left empty is left out."""

    kind: ReportKind = ReportKind.REPORT
    office: PublicOffice | None = None
    who: Text | None = None
    what: Text | None = None
    where: Text | None = None
    with_what: Text | None = None
    how: Text | None = None
    when: Text | None = None
    why: Text | None = None
    witnesses: bool | None = None
    recordings: bool | None = None
    """Whether there are pictures, recordings or messages."""
    wishes: Annotated[tuple[Wish, ...], Field(max_length=len(Wish))] = ()


def police_report(chosen: PoliceReport, language: str = "nl") -> str:
    """The text of a report to the police, with the given facts and nothing else.

    Args:
        chosen: the facts; they appear in the result and nowhere else.
        language: ``nl`` or ``en``.

    Raises:
        NotificationsError: no such language, or the template uses a fact that is not given.
    """
    if language not in LANGUAGES:
        raise NotificationsError(f"Documents are written in {' and '.join(LANGUAGES)}, not in {language!r}.")
    folder = catalogue().documents["police-report"].folder
    # Each wish once, in the order of the enumeration: the request to protect the address comes first.
    facts = chosen.model_dump() | {"wishes": [wish for wish in Wish if wish in chosen.wishes]}
    try:
        template = environment(language).get_template(f"documents/{folder}/{language}.j2")
        return template.render(facts, numbers={name: line.number for name, line in catalogue().numbers.items()})
    except TemplateError as error:
        # The text of this error names a template and never a fact.
        raise NotificationsError(f"The police report cannot be worded in {language!r}: {error}.") from None

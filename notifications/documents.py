"""Documents: words made from what someone chooses, for them to take along. None is ever sent or kept."""

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
    """What is done at the police: a report (melding), or a criminal complaint that asks for prosecution (aangifte)."""

    REPORT = "report"
    COMPLAINT = "complaint"


class Wish(StrEnum):
    """What someone can ask of the police with it."""

    DOMICILE = "domicile"
    PUBLIC_TASK = "public-task"
    KEPT_INFORMED = "kept-informed"
    NO_ENCOUNTER = "no-encounter"
    VICTIM_SUPPORT = "victim-support"


class PoliceReport(Body):
    """What the official chooses to tell the police: the seven W's and more; what is left out stays out."""

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
    """Word a model for a report to the police, of what was chosen and nothing else.

    Args:
        chosen: what to tell; it goes nowhere but into the answer.
        language: ``nl`` or ``en``.

    Raises:
        NotificationsError: no such language, or the template asks for what nobody told it.
    """
    if language not in LANGUAGES:
        raise NotificationsError(f"Documents are written in {' and '.join(LANGUAGES)}, not in {language!r}.")
    folder = catalogue().documents["police-report"].folder
    # Each wish once, in our order: the one that keeps someone's address safe comes first.
    told = chosen.model_dump() | {"wishes": [wish for wish in Wish if wish in chosen.wishes]}
    try:
        template = environment(language).get_template(f"documents/{folder}/{language}.j2")
        return template.render(told, numbers={name: line.number for name, line in catalogue().numbers.items()})
    except TemplateError as error:
        # The words of this error name a template and never what was told.
        raise NotificationsError(f"The police report cannot be worded in {language!r}: {error}.") from None

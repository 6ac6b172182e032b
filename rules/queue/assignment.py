"""Assignment of work: to a person of its pool who is present, skilled, without interest in it, and below the limit."""

from collections.abc import Sequence
from datetime import date

from rules.core.roles import Role
from rules.core.rule import HOUSE, Bilingual, message, rule
from rules.queue.skills import skills_suffice

ARTICLE = "house rule of the work list"


@rule(
    "work.in-pool",
    article=ARTICLE,
    source=HOUSE,
    nl="Werk gaat naar iemand die de rol heeft waarvoor het is, en bij een werkgever naar iemand van die werkgever.",
    verified=False,
)
def in_pool(*, person: str, role: str, organisation: str, holds: bool) -> Bilingual | None:
    """Work is assigned to a person who holds its role, and for an employer to a person of that employer."""
    if holds:
        return None
    where = f" at {organisation}" if organisation else ""
    waar = f" bij {organisation}" if organisation else ""
    return message(
        f"{person} does not act as {role}{where}; GET /v1/work-items/people for those who do.",
        f"{person} heeft de rol {role}{waar} niet; GET /v1/work-items/people noemt wie die wel heeft.",
    )


@rule(
    "work.present",
    article=ARTICLE,
    source=HOUSE,
    nl="Wie als afwezig te boek staat, krijgt geen werk.",
    verified=False,
)
def present(*, person: str, absent_until: date | None) -> Bilingual | None:
    """An absent person gets no work."""
    if absent_until is None:
        return None
    return message(
        f"{person} is recorded as absent through {absent_until}; end the absence first.",
        f"{person} staat tot en met {absent_until} als afwezig te boek; beëindig eerst de afwezigheid.",
    )


@rule(
    "work.limit-in-hand",
    article=ARTICLE,
    source=HOUSE,
    nl="Wie het toegestane werk in handen heeft, krijgt er alleen acuut werk bij.",
    verified=False,
)
def within_limit(*, person: str, in_hand: int, limit: int, acute: bool) -> Bilingual | None:
    """A person at the limit of assigned work gets acute work only."""
    if acute or in_hand < limit:
        return None
    return message(
        f"{person} holds {in_hand} items and may hold {limit}: complete or return one. Acute work is still assigned.",
        f"{person} heeft {in_hand} stuks werk in handen en mag er {limit} hebben: maak er een af of geef er een terug. "
        "Acuut werk komt er nog wel bij.",
    )


@rule(
    "work.skill",
    article=ARTICLE,
    source=HOUSE,
    nl="Werk dat om een vaardigheid vraagt, gaat naar iemand die haar heeft.",
    verified=False,
)
def skilled(*, person: str, skill: str, skills: Sequence[str]) -> Bilingual | None:
    """Work that requires a skill is assigned to a person who has it; a person without recorded skills has all."""
    if skills_suffice(skills, skill):
        return None
    return message(
        f"The work asks for {skill}, and {person} has {', '.join(skills)}; give it to someone who has it, or arrange "
        "the skill first.",
        f"Het werk vraagt om {skill}, en {person} heeft {', '.join(skills)}; geef het aan iemand die het heeft, of leg "
        "eerst de vaardigheid vast.",
    )


@rule(
    "work.no-interest",
    article="Awb 2:4",
    source=HOUSE,
    nl="Niemand krijgt werk aan de eigen zaak, of werk dat in andere handen moet liggen dan een eerdere stap.",
    verified=False,
)
def no_interest(*, person: str, own: bool, earlier: bool) -> Bilingual | None:
    """Nobody gets work on their own case, nor work that separation of duties reserves for another person."""
    if own:
        return message(
            f"It is the case of {person}: someone else must do this.",
            f"Het is de zaak van {person}: een ander moet dit doen.",
        )
    if earlier:
        return message(
            f"{person} did an earlier step; this takes another person (four eyes).",
            f"{person} deed een eerdere stap; hiervoor is een ander nodig (vier ogen).",
        )
    return None


@rule(
    "work.own-claim",
    article=ARTICLE,
    source=HOUSE,
    nl="Werk in handen wordt teruggegeven, doorgegeven of afgemaakt door wie het heeft, of door de coördinator.",
    verified=False,
)
def own_claim(*, person: str, role: Role, holder: str | None) -> Bilingual | None:
    """Assigned work is returned, reassigned or completed by its holder or by the coordinator."""
    if holder == person or (role is Role.COORDINATOR and holder is not None):
        return None
    if holder is None:
        return message(
            "Nobody has the item in hand; claim it first.", "Niemand heeft het werk opgepakt; pak het eerst op."
        )
    return message(
        f"The item is claimed by {holder}, not by you.",
        f"Het werk is opgepakt door {holder}, niet door u.",
    )


@rule(
    "work.done-by-event",
    article=ARTICLE,
    source=HOUSE,
    nl="Werk dat een gebeurtenis van de zaak laat zien, is gedaan door die gebeurtenis, niet door het te zeggen.",
    verified=False,
)
def done_by_event(*, event: str, by_hand: bool) -> Bilingual | None:
    """Work that an event of the case completes is not completed manually."""
    if by_hand:
        return None
    return message(
        f"This work is done by the event {event} itself; do that.",
        f"Dit werk is gedaan met de gebeurtenis '{event}' zelf; doe die.",
    )

"""Chains as pages: the chains of the ledger, one chain that is verified while it is opened, and opened content."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.access.chains import chains_by_kind, chains_page, openings_page, require_chain
from api.access.names import names_of_employers, names_of_staff
from api.pages import wording
from api.pages.addresses import path
from api.pages.visit import Visit
from states.storage.refused_attempts import REFUSED
from states.storage.verification import verify_chain
from states.tables.ledger import LedgerEntry, Stream, StreamKind

SHOWN, OF_CHAIN = 50, 200
"""Chains of one page, and entries of a chain that are shown."""
MARK = 12
"""Characters of a hash that are shown: enough to compare by eye."""
KINDS = {
    StreamKind.APPLICATION: "zaak",
    StreamKind.BATCH: "betaalopdracht",
    StreamKind.ORGANISATION: "werkgever",
    StreamKind.PERSON: "mens",
    StreamKind.LOAN: "bruikleen zonder aanvraag",
    StreamKind.WORK: "werk van een groep",
}


@dataclass(frozen=True)
class ChainRow:
    """Chain: what it is about, how long it is, and when it last grew."""

    name: str
    entries: int
    last: str
    address: str


@dataclass(frozen=True)
class ChainsPage:
    """Chains: how many of each kind, and those that changed last."""

    kinds: list[tuple[str, str, str]]
    rows: list[ChainRow]
    following: str | None


@dataclass(frozen=True)
class EntryRow:
    """Entry of a chain: its number, when, what, by whom, and the beginning of its hash."""

    number: int
    at: str
    what: str
    who: str
    mark: str


@dataclass(frozen=True)
class ChainPage:
    """Chain: whether it holds, what is wrong, its head, and its newest entries."""

    name: str
    kind: str
    holds: bool
    problems: list[str]
    entries: int
    head: str
    rows: list[EntryRow]
    decisions: str
    """Where the decisions of the case are; nothing for another chain."""


@dataclass(frozen=True)
class Opening:
    """Content that somebody opened with a reason."""

    at: str
    who: str
    reference: str


@dataclass(frozen=True)
class OpeningsPage:
    """Content that was opened, newest first."""

    rows: list[Opening]
    following: str | None


def employer_of(chain: Stream) -> str:
    """Return the id of the employer that a chain is about, if it is about one."""
    return chain.id.partition(":")[2] if chain.kind is StreamKind.ORGANISATION else ""


def name_of(chain: Stream, employers: dict[str, str]) -> str:
    """Return what a chain is about."""
    if chain.kind is StreamKind.APPLICATION:
        return f"Zaak {chain.id}"
    if chain.kind is StreamKind.ORGANISATION:
        return employers.get(employer_of(chain), "Werkgever")
    if chain.kind is StreamKind.WORK:
        role = chain.id.split(":")[1]
        return f"Werk van de groep {wording.role(role)}"
    return wording.capital(KINDS[chain.kind])


def list_page(visit: Visit, cursor: str | None) -> ChainsPage:
    """Return the chains that changed last."""
    counts = chains_by_kind(visit)
    chains, following = chains_page(visit, cursor, SHOWN)
    employers = names_of_employers(visit.session, map(employer_of, chains))
    rows = [
        ChainRow(name_of(each, employers), each.seq, wording.moment(each.last_at), path("chain", chain=each.id))
        for each in chains
    ]
    kinds = [(wording.capital(KINDS[StreamKind(kind)]), str(each[0]), str(each[1])) for kind, each in counts.items()]
    return ChainsPage(sorted(kinds), rows, following)


def chain_page(visit: Visit, key: str) -> ChainPage:
    """Return one chain, which is verified now."""
    chain = require_chain(visit, key)
    employers = names_of_employers(visit.session, [employer_of(chain)])
    entries, problems = verify_chain(visit.session, chain)
    is_case = chain.kind is StreamKind.APPLICATION
    return ChainPage(
        name=name_of(chain, employers),
        kind=KINDS[chain.kind],
        holds=not problems,
        problems=problems,
        entries=len(entries),
        head=chain.head,
        rows=entry_rows(visit, entries[: -OF_CHAIN - 1 : -1]),
        decisions=path("decisions-of-case", reference=chain.id) if is_case else "",
    )


def entry_rows(visit: Visit, entries: Sequence[LedgerEntry]) -> list[EntryRow]:
    """Return the rows of some entries."""
    people = names_of_staff(visit.session, [each.person for each in entries])
    return [
        EntryRow(
            number=each.seq,
            at=wording.moment(each.at),
            what=what_of(each),
            who=who_of(each.person, each.role, people),
            mark=each.hash[:MARK],
        )
        for each in entries
    ]


def what_of(entry: LedgerEntry) -> str:
    """Return what an entry records, in Dutch; an attempt that the rules refused says so."""
    if entry.event == REFUSED:
        return f"Geweigerd: {wording.event(entry.chart, str(entry.facts['event']))}"
    return wording.event(entry.chart, entry.event)


def who_of(person: str, role: str, people: dict[str, str]) -> str:
    """Return who did something: the name and the role, or the role alone where the name is not the reader's."""
    named = wording.role(role)
    return f"{people[person]}, {named}" if person in people else wording.capital(named)


def openings(visit: Visit, cursor: str | None) -> OpeningsPage:
    """Return who opened the content of a case that others handle."""
    entries, following = openings_page(visit, cursor, SHOWN)
    people = names_of_staff(visit.session, [each.person for each in entries])
    rows = [Opening(wording.moment(each.at), who_of(each.person, each.role, people), each.stream) for each in entries]
    return OpeningsPage(rows, following)

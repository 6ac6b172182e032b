"""Pages of an official: applying in steps, a report that is never lost, the own case, and nobody else's."""

from datetime import timedelta

import pytest
from office import application_body, enrol, person
from served import Api, office_today
from sqlmodel import func, select
from visits import Shown, Visitor

from api.pages.applicant import plain_words
from rules.core.roles import Actor, Role
from rules.threats.urgency import SignalKind
from states.charts.application import Stage
from states.deadlines.catalogue import TERMS
from states.events.catalogue import EVENTS
from states.storage.database import transaction
from states.tables.application import Application, ThreatSignal
from states.tables.operations import Draft
from states.tables.people import Person

SECRET = "Zwarte auto met kenteken 12-XYZ-3"
STEPS = (
    {"office": "mayor", "employers": "gemeente-zilverdam", "certainSince": "2024-06-01"},
    {"name": "A. Voorbeeld", "email": "a.voorbeeld@zilverdam.example"},
    {"homeAddress": "Voorbeeldlaan 1, 1234 AB Zilverdam"},
    {"remarks": SECRET},
)


def with_case(api: Api, **changes: object) -> tuple[str, Actor]:
    """Receive an application at the office; return its reference and its official."""
    reference = api.receive(**changes).rpartition("/")[2]
    with transaction(api.engine) as session:
        return reference, Actor(session.get_one(Application, reference).applicant, Role.APPLICANT)


def newcomer(api: Api) -> Actor:
    """Register an official who has no case."""
    with transaction(api.engine) as session:
        number = session.exec(select(func.count()).select_from(Person)).one()
        who = person(Role.APPLICANT, number=number)
        enrol(session, who)
    return who


def signals(api: Api, reference: str) -> int:
    """Return how many signals a case has."""
    with transaction(api.engine) as session:
        query = select(func.count()).select_from(ThreatSignal).where(ThreatSignal.stream == reference)
        return session.exec(query).one()


def drafts(api: Api, by: Actor) -> list[bytes]:
    """Return what is kept of somebody's drafts, as it is stored."""
    with transaction(api.engine) as session:
        return list(session.exec(select(Draft.sealed).where(Draft.person == by.person)))


def fill_in(visitor: Visitor) -> Shown:
    """Fill in every step of the application, up to the check."""
    page = visitor.open("/mijn/aanvraag/ambt")
    for answers in STEPS:
        page = visitor.send(page, "/mijn/aanvraag/", answers)
        assert page.status == 200, page.text
    return page


def test_an_official_applies_in_steps_and_then_sees_where_the_case_is(api: Api) -> None:
    who = newcomer(api)
    with Visitor(api, who) as visitor:
        assert "U hebt nog geen zaak" in visitor.open("/mijn").text
        check = fill_in(visitor)
        assert check.heading == "Controleren en versturen"
        assert "Burgemeester" in check.text
        assert "Gemeente Zilverdam" in check.text
        assert "1 juni 2024" in check.text
        case = visitor.send(check, "/mijn/aanvraag/controle")
        assert case.status == 200
        assert case.heading == "Mijn zaak"
        assert "Uw aanvraag is binnen." in case.text
        again = visitor.send(check, "/mijn/aanvraag/controle")
        assert "Uw aanvraag is binnen." in again.text
        with transaction(api.engine) as session:
            (made,) = session.exec(select(Application).where(Application.applicant == who.person))
            assert made.id in case.path
        assert drafts(api, who) == []


def test_an_application_can_be_left_and_taken_up_without_its_words_being_shown_or_readable(api: Api) -> None:
    who = newcomer(api)
    with Visitor(api, who) as visitor:
        page = visitor.open("/mijn/aanvraag/uzelf")
        later = visitor.send(page, "/mijn/aanvraag/", {"name": "Kwartel Zevenblad"}, press="later")
        assert "Uw aanvraag is bewaard" in later.text
        assert "Zevenblad" not in later.raw
        (sealed,) = drafts(api, who)
        assert b"Zevenblad" not in sealed
        assert visitor.open("/mijn/aanvraag/uzelf").field("name").get("value") == "Kwartel Zevenblad"
        visitor.send(visitor.open("/mijn"), "/mijn/aanvraag/wissen")
        assert drafts(api, who) == []
        assert visitor.open("/mijn/aanvraag/uzelf").field("name").get("value") == ""


def test_a_draft_is_only_its_own_persons_and_for_a_month(api: Api) -> None:
    who, other = newcomer(api), newcomer(api)
    with Visitor(api, who) as visitor, Visitor(api, other) as stranger:
        visitor.send(visitor.open("/mijn/aanvraag/uzelf"), "/mijn/aanvraag/", {"name": "Kwartel"}, press="later")
        assert stranger.open("/mijn/aanvraag/uzelf").field("name").get("value") == ""
        with transaction(api.engine) as session:
            row = session.get_one(Draft, (who.person, "applicant//aanvraag"))
            row.saved_at -= timedelta(days=31)
        assert visitor.open("/mijn/aanvraag/uzelf").field("name").get("value") == ""
        stranger.send(stranger.open("/mijn/aanvraag/uzelf"), "/mijn/aanvraag/", {"name": "B"}, press="later")
        assert drafts(api, who) == []


def test_a_wrong_answer_is_named_at_its_field_and_the_others_are_kept(api: Api) -> None:
    who = newcomer(api)
    with Visitor(api, who) as visitor:
        page = visitor.send(
            visitor.open("/mijn/aanvraag/uzelf"), "/mijn/aanvraag/", {"name": "A. Voorbeeld", "email": "geen adres"}
        )
        assert page.status == 422
        assert page.title == "Fout: Mijn zaak: aanvraag"
        assert page.error_of("email")
        assert page.error_of("name") == ""
        assert page.field("name").get("value") == "A. Voorbeeld"
        assert page.field("email").get("value") == "geen adres"
        assert len(drafts(api, who)) == 1


def test_what_is_missing_is_said_at_the_check_and_nothing_is_sent(api: Api) -> None:
    who = newcomer(api)
    with Visitor(api, who) as visitor:
        visitor.send(visitor.open("/mijn/aanvraag/ambt"), "/mijn/aanvraag/", STEPS[0])
        page = visitor.send(visitor.open("/mijn/aanvraag/controle"), "/mijn/aanvraag/controle")
        assert page.status in {400, 422}
        assert "Uw aanvraag is nog niet verstuurd" in page.text
        assert "/mijn/aanvraag/thuis" in page.links("/mijn/aanvraag/thuis")
        assert len(drafts(api, who)) == 1
        with transaction(api.engine) as session:
            assert session.exec(select(Application).where(Application.applicant == who.person)).all() == []


def test_a_report_needs_its_kind_alone_and_is_there_once_however_often_it_is_sent(api: Api) -> None:
    reference, who = with_case(api)
    with Visitor(api, who) as visitor:
        page = visitor.open("/mijn/melden")
        assert page.title == "Mijn zaak: melding"
        assert "tel:112" in page.links("tel:")
        empty = visitor.send(page, "/mijn/melden", {"details": SECRET})
        assert empty.status == 422
        assert empty.error_of("kind")
        assert SECRET in empty.raw
        assert signals(api, reference) == 0
        sent = visitor.send(empty, "/mijn/melden", {"kind": "stalking"})
        assert sent.status == 200
        assert sent.heading.startswith("Uw melding is binnen om ")
        assert {"tel:112", "tel:09008844"} <= set(sent.links("tel:"))
        assert "threat" not in sent.path
        assert visitor.send(empty, "/mijn/melden", {"kind": "stalking"}).status == 200
        assert signals(api, reference) == 1
        other = visitor.open("/mijn/melden")
        assert "Eerder gemeld" in other.text
        assert SECRET not in other.raw


def test_a_report_is_taken_in_although_the_case_changed_while_it_was_written(api: Api) -> None:
    reference, who = with_case(api)
    with Visitor(api, who) as visitor:
        page = visitor.open("/mijn/melden")
        api.act(f"/v1/applications/{reference}", "start-intake")
        assert visitor.send(page, "/mijn/melden", {"kind": "death-threat"}).status == 200
        assert signals(api, reference) == 1


@pytest.mark.parametrize("kind", ["acute-danger", "property-damage"])
def test_who_is_warned_at_once_is_said_only_where_it_is_so(api: Api, kind: str) -> None:
    reference, who = with_case(api)
    with Visitor(api, who) as visitor:
        sent = visitor.send(visitor.open("/mijn/melden"), "/mijn/melden", {"kind": kind})
    letters = api.read(f"/v1/applications/{reference}/letters")["items"]
    warned = any(each["letter"] == "acute-case" for each in letters)
    assert warned is (kind == "acute-danger")
    assert ("stuurden meteen bericht" in sent.text) is warned


def test_somebody_without_a_case_is_told_whom_to_call(api: Api) -> None:
    with Visitor(api, newcomer(api)) as visitor:
        page = visitor.open("/mijn/melden")
        assert {"tel:112", "tel:09008844"} <= set(page.links("tel:"))
        assert "U hebt nog geen zaak" in page.text


def test_an_official_opens_nobody_elses_case_and_reports_in_none(api: Api) -> None:
    theirs, _ = with_case(api, remarks=SECRET)
    _, who = with_case(api)
    with Visitor(api, who) as visitor:
        for path in (
            f"/mijn/zaak/{theirs}",
            f"/mijn/zaak/{theirs}/advies",
            f"/mijn/melden?zaak={theirs}",
            f"/mijn/melden/verstuurd?zaak={theirs}",
            f"/mijn/doen/application/withdraw/{theirs}",
            "/mijn/zaak/VA-2026-ABCDEFGH",
        ):
            page = visitor.open(path)
            assert page.status == 404, path
            assert theirs not in page.raw
            assert "Veiligadvies" not in page.title
            assert "/weg" in page.links("/weg")
        form = visitor.open("/mijn/melden")
        assert visitor.send(form, "/mijn/melden", {"zaak": theirs, "kind": "stalking"}).status == 404
        assert signals(api, theirs) == 0


def test_an_official_withdraws_and_then_sees_that_nothing_more_happens(api: Api) -> None:
    reference, who = with_case(api)
    with Visitor(api, who) as visitor:
        (address,) = visitor.open("/mijn").links("/mijn/doen/application/withdraw/")
        step = visitor.open(address)
        assert step.title == "Mijn zaak: stap"
        after = visitor.send(step, "/mijn/doen/", {"reasons": "Niet meer nodig."})
        assert after.status == 200
        assert "Uw aanvraag is ingetrokken." in after.text
        assert api.stage(f"/v1/applications/{reference}") == "withdrawn"


def test_what_the_office_asks_is_the_first_thing_on_the_page_and_can_be_answered(api: Api) -> None:
    reference, who = with_case(api)
    case = f"/v1/applications/{reference}"
    api.act(case, "start-intake")
    api.act(case, "invite-completion")
    with Visitor(api, who) as visitor:
        page = visitor.open("/mijn")
        (primary,) = [each for each in page.tree.iter() if each.get("data-primary") is not None]
        assert str(primary.get("href")).startswith("/mijn/doen/application/complete/")
        assert "U kunt uw aanvraag aanvullen tot en met" in page.text
        step = visitor.open(str(primary.get("href")))
        after = visitor.send(step, "/mijn/doen/", {"added": "Het besluit van de benoeming."})
        assert after.status == 200
        assert not after.links("/mijn/doen/application/complete/") or "Wat wij van u vragen" not in after.text


def test_advice_is_there_once_it_was_adopted_and_not_before(api: Api) -> None:
    case = api.receive()
    reference = case.rpartition("/")[2]
    with transaction(api.engine) as session:
        who = Actor(session.get_one(Application, reference).applicant, Role.APPLICANT)
    api.walk(case, "with-security-authority")
    with Visitor(api, who) as visitor:
        assert visitor.open("/mijn").links(f"/mijn/zaak/{reference}/advies") == []
        assert "Er is nog geen advies" in visitor.open(f"/mijn/zaak/{reference}/advies").text
        api.walk(case, "takeover")
        assert visitor.open("/mijn").links(f"/mijn/zaak/{reference}/advies") != []
        page = visitor.open(f"/mijn/zaak/{reference}/advies")
        described = [each["description"] for each in api.read(f"{case}/measures", who)["items"]]
        assert described
        assert all(words in page.text for words in described)


def test_messages_list_the_letters_to_the_reader(api: Api) -> None:
    reference, who = with_case(api)
    with Visitor(api, who) as visitor:
        rows = visitor.open("/mijn/berichten").text
    letters = api.read(f"/v1/applications/{reference}/letters", who)["items"]
    assert letters
    assert rows.count(reference) == len(letters)


def test_no_page_of_an_official_is_for_anybody_of_the_office(api: Api) -> None:
    reference, _ = with_case(api, **{name: application_body()[name] for name in ("office",)})
    with Visitor(api, person(Role.OFFICER)) as visitor:
        for path in ("/mijn", "/mijn/melden", "/mijn/aanvraag", f"/mijn/zaak/{reference}", "/mijn/berichten"):
            assert visitor.open(path).status == 403, path


def test_every_step_that_an_official_is_offered_opens_with_a_title_that_says_nothing(api: Api) -> None:
    case = api.receive()
    reference = case.rpartition("/")[2]
    with transaction(api.engine) as session:
        who = Actor(session.get_one(Application, reference).applicant, Role.APPLICANT)
    seen: set[str] = set()
    with Visitor(api, who) as visitor:
        for stage in ("received", "takeover", "provision"):
            api.walk(case, stage)
            for link in visitor.open("/mijn").links("/mijn/doen/"):
                page = visitor.open(link)
                assert page.status == 200, link
                assert page.title == "Mijn zaak: stap"
                seen.add("/".join(link.split("/")[3:5]))
    assert {"application/withdraw", "application/record-move", "application/request-loan", "measure/decline"} <= seen


def test_an_official_names_a_representative_who_then_sees_the_case_as_somebody_elses(api: Api) -> None:
    reference, who = with_case(api)
    with Visitor(api, who) as visitor:
        step = visitor.open(f"/mijn/doen/application/record-representative/{reference}")
        typed = {
            "name": "B. Gemachtigd",
            "email": "b@gemachtigd.example",
            "authorisation": "MACHTIGING-1",
            "since": office_today().isoformat(),
        }
        named = visitor.send(step, "/mijn/doen/", typed)
        assert named.status == 200, named.text
        assert "B. Gemachtigd" in visitor.open("/mijn").text
        assert "namens iemand anders" not in visitor.open("/mijn").text
    with transaction(api.engine) as session:
        helper = session.get_one(Application, reference).representative
    with Visitor(api, Actor(str(helper), Role.APPLICANT)) as other:
        assert "U handelt in deze zaak namens iemand anders." in other.open("/mijn").text


def test_every_stage_term_and_kind_of_report_has_plain_words() -> None:
    assert set(plain_words.STAGES) == {stage.value for stage in Stage}
    assert set(plain_words.TERMS) == set(TERMS)
    assert set(plain_words.REPORTS) == {kind.value for kind in SignalKind}
    assert {tuple(step.split("/")) for step in plain_words.STEPS} <= set(EVENTS)


def test_an_address_with_a_made_up_notice_shows_the_page_without_one(api: Api) -> None:
    _, who = with_case(api)
    with Visitor(api, who) as visitor:
        page = visitor.open("/mijn?gedaan=nergens/niets")
        assert page.status == 200
        assert "nergens" not in page.text

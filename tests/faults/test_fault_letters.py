"""The sender killed between the mail server's 250, or the file in the folder, and the mark in the database."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from office import START
from scene import KILLED, RUNS, Held, Place

from states.letters import outbox
from states.letters.outbox import LEASE
from states.storage.database import transaction

AT = START + timedelta(days=1)


class MailServer:
    """A real mail server on loopback that remembers the identity of every letter it accepted."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.url = ""

    async def handle_DATA(self, _: SMTP, __: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.arrived.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    made = MailServer()
    loop = asyncio.new_event_loop()
    listening = loop.create_server(lambda: SMTP(made, hostname="localhost", loop=loop), "127.0.0.1", 0)
    server = loop.run_until_complete(listening)
    made.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def close() -> None:
        server.close()
        await server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    yield made
    asyncio.run_coroutine_threadsafe(close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def states(place: Place) -> Counter[str]:
    return Counter(state for (state,) in place.rows("SELECT state FROM outbox"))


def identities(place: Place) -> list[str]:
    found = (place.home / "mailbox").glob("*.eml")
    return [str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in found]


def test_the_mailbox_folder_holds_each_letter_once(held: Held, place: Place) -> None:
    letters = sum(states(place).values())
    assert letters > 2 * RUNS
    for run in range(RUNS):
        assert held.run("deliver", place, at=AT, kill=f"after-send:{run % 3 + 1}")["status"] == KILLED
        assert states(place)["sending"] == run + 1
    for later in (LEASE, LEASE, timedelta(days=3)):
        held.well("deliver", place, at=AT + later)
    assert states(place) == {"sent": letters}
    assert len(identities(place)) == letters
    assert set(identities(place)) == {key for (key,) in place.rows("SELECT message_id FROM outbox")}
    assert place.problems() == []


def test_two_senders_at_once_of_which_one_dies_fill_the_mailbox_once(held: Held, place: Place) -> None:
    pids = [held.start("deliver", place, at=AT, kill=kill) for kill in ("after-send:5", "")]
    assert [held.wait(pid)["status"] for pid in pids] == [KILLED, 0]
    held.well("deliver", place, at=AT + LEASE)
    assert states(place) == {"sent": len(identities(place))}
    assert set(identities(place)) == {key for (key,) in place.rows("SELECT message_id FROM outbox")}


def test_over_smtp_what_was_in_hand_ends_as_outcome_unknown_and_is_never_sent_again(
    held: Held, place: Place, mail: MailServer
) -> None:
    letters = sum(states(place).values())
    for run in range(RUNS):
        # At every third death another sender is at work; it is killed as well, before it sends.
        twin = held.start("deliver", place, at=AT, smtp=mail.url, kill="before-send:2") if run % 3 == 0 else None
        ended = held.run("deliver", place, at=AT, smtp=mail.url, kill="after-send:1")
        assert ended["status"] == KILLED
        assert twin is None or held.wait(twin)["status"] == KILLED
    in_hand = {key for (key,) in place.rows("SELECT message_id FROM outbox WHERE state = 'sending'")}
    assert len(in_hand) == RUNS + 4
    accepted = in_hand & set(mail.arrived)
    assert len(accepted) == RUNS
    held.well("deliver", place, at=AT + LEASE, smtp=mail.url)
    assert states(place) == {"outcome-unknown": len(in_hand), "sent": letters - len(in_hand)}
    once = list(mail.arrived)
    assert len(once) == len(set(once)) == letters - 4
    for later in (2 * LEASE, timedelta(days=1), timedelta(days=30)):
        held.well("deliver", place, at=AT + later, smtp=mail.url)
    assert mail.arrived == once
    # No letter is lost: each waits for a person, who says what became of it.
    for key, identity in place.rows("SELECT id, message_id FROM outbox WHERE state = 'outcome-unknown'"):
        with transaction(place.engine) as session:
            outbox.settle(session, key, arrived=identity in accepted, at=AT + timedelta(days=31))
    held.well("deliver", place, at=AT + timedelta(days=31), smtp=mail.url)
    assert states(place) == {"sent": letters}
    assert Counter(mail.arrived) == dict.fromkeys((key for (key,) in place.rows("SELECT message_id FROM outbox")), 1)
    assert place.problems() == []

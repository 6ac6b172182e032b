"""Fault tests of letters: the sender is killed after the mail server accepted one and before that is recorded."""

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
from scene import KILLED, RUNS, JobRunner, OfficeCopy

from states.letters import outbox
from states.letters.outbox import LEASE
from states.storage.database import transaction

AT = START + timedelta(days=1)


class MailServer:
    """A real mail server on loopback that stores the Message-ID of every letter that it accepted."""

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


def states(copy: OfficeCopy) -> Counter[str]:
    return Counter(state for (state,) in copy.rows("SELECT state FROM outbox"))


def identities(copy: OfficeCopy) -> list[str]:
    found = (copy.home / "mailbox").glob("*.eml")
    return [str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in found]


def test_the_mailbox_folder_holds_each_letter_once(job_runner: JobRunner, copy: OfficeCopy) -> None:
    letters = sum(states(copy).values())
    assert letters > 2 * RUNS
    for run in range(RUNS):
        assert job_runner.run("deliver", copy, at=AT, kill=f"after-send:{run % 3 + 1}")["status"] == KILLED
        assert states(copy)["sending"] == run + 1
    for later in (LEASE, LEASE, timedelta(days=3)):
        job_runner.run_successfully("deliver", copy, at=AT + later)
    assert states(copy) == {"sent": letters}
    assert len(identities(copy)) == letters
    assert set(identities(copy)) == {key for (key,) in copy.rows("SELECT message_id FROM outbox")}
    assert copy.problems() == []


def test_two_senders_at_once_of_which_one_dies_fill_the_mailbox_once(job_runner: JobRunner, copy: OfficeCopy) -> None:
    pids = [job_runner.start("deliver", copy, at=AT, kill=kill) for kill in ("after-send:5", "")]
    assert [job_runner.wait(pid)["status"] for pid in pids] == [KILLED, 0]
    job_runner.run_successfully("deliver", copy, at=AT + LEASE)
    assert states(copy) == {"sent": len(identities(copy))}
    assert set(identities(copy)) == {key for (key,) in copy.rows("SELECT message_id FROM outbox")}


def test_over_smtp_what_was_unrecorded_ends_as_outcome_unknown_and_is_never_sent_again(
    job_runner: JobRunner, copy: OfficeCopy, mail: MailServer
) -> None:
    letters = sum(states(copy).values())
    for run in range(RUNS):
        # At every third death another sender is at work; it is killed as well, before it sends.
        twin = job_runner.start("deliver", copy, at=AT, smtp=mail.url, kill="before-send:2") if run % 3 == 0 else None
        ended = job_runner.run("deliver", copy, at=AT, smtp=mail.url, kill="after-send:1")
        assert ended["status"] == KILLED
        assert twin is None or job_runner.wait(twin)["status"] == KILLED
    unrecorded = {key for (key,) in copy.rows("SELECT message_id FROM outbox WHERE state = 'sending'")}
    assert len(unrecorded) == RUNS + 4
    accepted = unrecorded & set(mail.arrived)
    assert len(accepted) == RUNS
    job_runner.run_successfully("deliver", copy, at=AT + LEASE, smtp=mail.url)
    assert states(copy) == {"outcome-unknown": len(unrecorded), "sent": letters - len(unrecorded)}
    once = list(mail.arrived)
    assert len(once) == len(set(once)) == letters - 4
    for later in (2 * LEASE, timedelta(days=1), timedelta(days=30)):
        job_runner.run_successfully("deliver", copy, at=AT + later, smtp=mail.url)
    assert mail.arrived == once
    # No letter is lost: each waits for a person, who says what became of it.
    for key, identity in copy.rows("SELECT id, message_id FROM outbox WHERE state = 'outcome-unknown'"):
        with transaction(copy.engine) as session:
            outbox.settle(session, key, arrived=identity in accepted, at=AT + timedelta(days=31))
    job_runner.run_successfully("deliver", copy, at=AT + timedelta(days=31), smtp=mail.url)
    assert states(copy) == {"sent": letters}
    assert Counter(mail.arrived) == dict.fromkeys((key for (key,) in copy.rows("SELECT message_id FROM outbox")), 1)
    assert copy.problems() == []

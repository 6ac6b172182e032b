"""Mailbox folder: each letter is stored once, whole, and readable by its owner alone."""

import os
import stat
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications.channels import MailboxFolder, Smtp, TransientChannelError, channel
from notifications.errors import NotificationsError
from notifications.letters import Rendered
from notifications.message import compose
from states.settings import Configuration

IDENTITY = "<letter-1@example.org>"


def letter(body: str = "Geachte heer of mevrouw,\n") -> EmailMessage:
    return compose(
        Rendered("Veiligadvies", body, "nl"),
        sender="kantoor@example.org",
        recipient="iemand@example.com",
        message_id=IDENTITY,
        at=datetime(2026, 4, 7, tzinfo=UTC),
    )


def test_a_letter_is_stored_under_its_identity_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    mailbox = MailboxFolder(tmp_path / "home" / "mailbox")
    mailbox.send(letter())
    (file,) = (tmp_path / "home" / "mailbox").iterdir()
    assert file.name == "letter-1@example.org.eml"
    assert file.read_bytes() == letter().as_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_letter_sent_again_is_there_once_as_it_was_first(tmp_path: Path) -> None:
    mailbox = MailboxFolder(tmp_path)
    mailbox.send(letter("Eerst.\n"))
    mailbox.send(letter("Later.\n"))
    (file,) = tmp_path.iterdir()
    assert b"Eerst." in file.read_bytes()


def test_the_folder_knows_which_letters_it_carried(tmp_path: Path) -> None:
    mailbox = MailboxFolder(tmp_path / "mailbox")
    assert mailbox.carried(IDENTITY) is False
    mailbox.send(letter())
    assert mailbox.carried(IDENTITY) is True
    assert mailbox.carried("<letter-2@example.org>") is False


def test_a_folder_that_cannot_be_read_cannot_know(tmp_path: Path) -> None:
    mailbox = MailboxFolder(tmp_path / ("x" * 300))
    assert mailbox.carried(IDENTITY) is None


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "rename")])
def test_a_letter_that_fails_half_way_leaves_nothing_and_may_be_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    mailbox = MailboxFolder(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(owner, step, fail)
        with pytest.raises(TransientChannelError, match="No space left"):
            mailbox.send(letter())
    assert list(tmp_path.iterdir()) == []
    assert mailbox.carried(IDENTITY) is False
    mailbox.send(letter())
    assert mailbox.carried(IDENTITY) is True


def test_a_letter_is_on_disk_before_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def watched_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def watched_rename(path: Path, target: Path) -> Path:
        steps.append("name")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "rename", watched_rename)
    MailboxFolder(tmp_path).send(letter())
    assert steps == ["file", "name", "folder"]


@pytest.mark.parametrize("identity", ["<../outside@example.org>", "<a/b@example.org>", "outside"])
def test_no_identity_names_a_file_outside_the_folder(tmp_path: Path, identity: str) -> None:
    mailbox = MailboxFolder(tmp_path)
    message = letter()
    del message["Message-ID"]
    message["Message-ID"] = identity
    with pytest.raises(NotificationsError, match="A Message-ID must be"):
        mailbox.carried(identity)
    if "/" in identity:
        with pytest.raises(NotificationsError, match="A Message-ID must be"):
            mailbox.send(message)


def test_letters_go_to_the_configured_mail_server_or_else_to_the_folder(tmp_path: Path) -> None:
    assert isinstance(channel(Configuration(home=tmp_path)), MailboxFolder)
    assert isinstance(channel(Configuration(home=tmp_path, smtp_url="smtp://127.0.0.1:2525")), Smtp)
    channel(Configuration(home=tmp_path)).send(letter())
    assert (tmp_path / "mailbox" / "letter-1@example.org.eml").exists()

"""Mail message: a letter with its headers."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy

import pytest

from notifications.errors import NotificationsError
from notifications.letters import Rendered
from notifications.message import compose, name_of

BODY = "Geachte heer of mevrouw,\n\nEén regel: https://portaal.example.org/?a=1&b=2\n.\nFrom hier\n"
LETTER = Rendered("Veiligadvies VA-1: één termijn loopt weer", BODY, "nl")
ENVELOPE = {
    "sender": "kantoor@example.org",
    "recipient": "iemand@example.com",
    "message_id": "<1@example.org>",
}
AT = datetime(2026, 4, 7, 9, 30, tzinfo=UTC)


def test_a_message_carries_the_letter_whole_and_says_what_it_is() -> None:
    message = message_from_bytes(compose(LETTER, **ENVELOPE, at=AT).as_bytes(), policy=policy.default)
    assert message["From"] == "kantoor@example.org"
    assert message["To"] == "iemand@example.com"
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<1@example.org>"
    assert message["Date"].datetime == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "nl"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == BODY


def test_the_same_letter_makes_the_same_bytes_and_they_are_ascii() -> None:
    summer = AT.astimezone(timezone(timedelta(hours=2)))
    first, again = (compose(LETTER, **ENVELOPE, at=at).as_bytes() for at in (AT, summer))
    assert first == again
    assert first.isascii()


def test_a_long_message_id_is_never_folded_or_encoded() -> None:
    identity = f"<{'a' * 110}@mail.example.org>"
    message = compose(LETTER, **ENVELOPE | {"message_id": identity}, at=AT)
    assert identity.encode() in message.as_bytes()


@pytest.mark.parametrize("header", ["sender", "recipient", "message_id"])
@pytest.mark.parametrize("ending", ["\r\nBcc: x@example.org", "\nBcc: x@example.org", ", x@example.org", "\x00"])
def test_an_address_or_an_identity_cannot_add_a_header(header: str, ending: str) -> None:
    with pytest.raises(NotificationsError, match="must be"):
        compose(LETTER, **ENVELOPE | {header: ENVELOPE[header] + ending}, at=AT)


@pytest.mark.parametrize("ending", ["\r\nBcc: x@example.org", "\nBcc: x@example.org", "\r\n\r\nbody"])
def test_a_subject_cannot_add_a_header(ending: str) -> None:
    with pytest.raises(NotificationsError, match="subject of a message must be one line"):
        compose(Rendered("Veiligadvies" + ending, BODY, "nl"), **ENVELOPE, at=AT)


def test_a_recipient_is_a_bare_address_without_a_name() -> None:
    with pytest.raises(NotificationsError, match="recipient must be one bare mail address"):
        compose(LETTER, **ENVELOPE | {"recipient": "Jan Jansen <jan@example.org>"}, at=AT)


def test_an_error_does_not_repeat_the_address_that_it_refuses() -> None:
    with pytest.raises(NotificationsError) as refusal:
        compose(LETTER, **ENVELOPE | {"recipient": "jan jansen@example.org"}, at=AT)
    assert "jansen" not in str(refusal.value)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(NotificationsError, match="must be aware"):
        compose(LETTER, **ENVELOPE, at=AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    "identity", ["1@example.org", "<../../etc@x/y>", "<a/b@example.org>", "<a b@example.org>", "<>"]
)
def test_an_identity_that_is_no_safe_name_is_refused(identity: str) -> None:
    with pytest.raises(NotificationsError, match="A Message-ID must be"):
        name_of(identity)

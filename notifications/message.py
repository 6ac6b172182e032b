"""Message of RFC 5322 made from a letter: plain text, and identical each time it is built."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from notifications.errors import NotificationsError
from notifications.letters import Rendered

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_IDENTITY = re.compile(r"<([A-Za-z0-9._+=-]{1,120}@[A-Za-z0-9.-]{1,80})>")
_LONGEST_ADDRESS = 254


def name_of(message_id: str) -> str:
    """A Message-ID without its angle brackets, safe as a file name.

    Raises:
        NotificationsError: it is not ``<name@domain>`` in letters, digits and ``. _ + = -``.
    """
    match = _IDENTITY.fullmatch(message_id)
    if match is None:
        raise NotificationsError("A Message-ID must be <name@domain> in letters, digits and . _ + = - only.")
    return match[1]


def compose(rendered: Rendered, *, sender: str, recipient: str, message_id: str, at: datetime) -> EmailMessage:
    """Build the message of a letter.

    Args:
        rendered: the letter.
        sender: one bare address.
        recipient: one bare address.
        message_id: ``<name@domain>``; the same for every attempt at the same letter.
        at: the value of its Date header, aware.

    Raises:
        NotificationsError: an address, the subject or the Message-ID is malformed, or the moment is naive.
    """
    for role, address in (("sender", sender), ("recipient", recipient)):
        if _ADDRESS.fullmatch(address) is None or len(address) > _LONGEST_ADDRESS:
            raise NotificationsError(f"The {role} must be one bare mail address, such as name@example.org.")
    name_of(message_id)
    if not rendered.subject.isprintable():
        raise NotificationsError("The subject of a message must be one line.")
    if at.tzinfo is None:
        raise NotificationsError("The moment of a message must be aware, such as 2026-04-07T09:00:00Z.")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = rendered.subject
    message["Date"] = at.astimezone(UTC)
    message["Message-ID"] = message_id
    # RFC 3834: an automatic message, which automatic replies must ignore.
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable is ASCII, so no mail server on the route needs an extension.
    message.set_content(rendered.body, cte="quoted-printable")
    message["Content-Language"] = rendered.language  # after set_content, which clears the headers of the content
    return message

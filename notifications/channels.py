"""What carries a message: a mail server, or a folder. Called by flows only."""

import os
import re
import smtplib
import socket
import ssl
import tempfile
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from notifications.errors import NotificationsError
from notifications.message import name_of
from states.settings import Configuration


class TransientChannelError(NotificationsError):
    """The message was surely not carried, and may be sent again."""


class PermanentChannelError(NotificationsError):
    """The message was surely not carried, and sending it again would be refused again."""


class OutcomeUnknownError(NotificationsError):
    """The message was handed over and no answer came: it may or may not have been carried."""


class Channel(Protocol):
    """Something that carries messages."""

    def send(self, message: EmailMessage) -> None:
        """Carry the message, or raise one of the three errors of this module."""

    def carried(self, message_id: str) -> bool | None:
        """Whether the message was carried: True surely, False surely not, None where it cannot be known."""


class MailboxFolder:
    """A folder that holds one .eml per Message-ID, whole or not at all, readable by us alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: EmailMessage) -> None:
        """Write the message, unless a message of that identity already lies there."""
        letter = self._file(str(message["Message-ID"]))
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not letter.exists():
                self._write(letter, message.as_bytes())
            # Also where it lay there already: whoever wrote it may have died before this line.
            folder = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise TransientChannelError(f"The mailbox folder cannot be written: {error.strerror}.") from error

    def carried(self, message_id: str) -> bool | None:
        """Whether the message lies in the folder; None where the folder cannot be read."""
        try:
            return self._file(message_id).exists()
        except OSError:
            return None

    def _file(self, message_id: str) -> Path:
        return self._path / f"{name_of(message_id)}.eml"

    def _write(self, letter: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._path, prefix=".", suffix=".tmp")  # made with mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).rename(letter)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class Smtp:
    """A mail server; wherever it offers STARTTLS, encrypted with a certificate that we trust."""

    def __init__(self, url: str, *, timeout: float = 30.0, tls: ssl.SSLContext | None = None) -> None:
        """Name the server; nothing is called yet.

        Args:
            url: ``smtp://host`` or ``smtp://host:port``.
            timeout: seconds that one answer may take.
            tls: whom to trust; the system's authorities by default.

        Raises:
            NotificationsError: the url says anything else.
        """
        named = re.fullmatch(r"smtp://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/?", url)
        if named is None:
            raise NotificationsError("The mail server must be named as smtp://host:port, and nothing more.")
        self._host = named[1].strip("[]")
        self._port = int(named[2] or smtplib.SMTP_PORT)
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the server; its answers are not repeated, for they may name the recipient."""
        handed_over = False
        try:
            with closing(self._connect()) as server:
                server.ehlo_or_helo_if_needed()
                if server.has_extn("starttls"):
                    server.starttls(context=self._tls)
                    server.ehlo_or_helo_if_needed()
                _accept(server.mail(parseaddr(str(message["From"]))[1]))
                _accept(server.rcpt(parseaddr(str(message["To"]))[1]))
                handed_over = True
                _accept(server.data(message.as_bytes()))
                # The server has answered for the message; how it says goodbye changes nothing.
                with suppress(OSError):
                    server.quit()
        except smtplib.SMTPResponseException as refusal:
            raise _judge(refusal.smtp_code, handed_over=handed_over) from None
        except OSError as error:
            if handed_over:
                raise OutcomeUnknownError("The mail server was lost before its answer came.") from error
            raise TransientChannelError(f"The mail server is away: {type(error).__name__}.") from error

    def carried(self, message_id: str) -> bool | None:
        """None: nobody can ask a mail server that."""
        name_of(message_id)
        return None

    def _connect(self) -> smtplib.SMTP:
        # Our own name is given, for smtplib would ask the name servers for it.
        name = socket.gethostname()
        return smtplib.SMTP(self._host, self._port, local_hostname=name, timeout=self._timeout)


def _accept(answer: tuple[int, bytes]) -> None:
    if answer[0] // 100 != 2:  # noqa: PLR2004  # RFC 5321: 2yz is a positive completion
        raise smtplib.SMTPResponseException(*answer)


def _judge(code: int, *, handed_over: bool) -> NotificationsError:
    match code // 100:
        case 4:
            return TransientChannelError(f"The mail server refuses for now, with {code}.")
        case 5:
            return PermanentChannelError(f"The mail server refuses for good, with {code}.")
        case _ if handed_over:
            return OutcomeUnknownError("The mail server's answer for the message cannot be read.")
        case _:
            return TransientChannelError("The mail server's answer cannot be read.")


def channel(configuration: Configuration) -> Channel:
    """The channel that the configuration asks for: the mail server it names, or else the mailbox folder."""
    if configuration.smtp_url is None:
        return MailboxFolder(configuration.mailbox)
    return Smtp(configuration.smtp_url)

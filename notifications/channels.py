"""Channels that send a message: a mail server or a folder; only flows call them."""

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
from states.storage.private_files import private_folder


class TransientChannelError(NotificationsError):
    """The message was certainly not delivered; sending it again may succeed."""


class PermanentChannelError(NotificationsError):
    """The message was certainly not delivered; sending it again would fail again."""


class OutcomeUnknownError(NotificationsError):
    """The server received the message and did not answer: it may or may not be delivered."""


class Channel(Protocol):
    """A way to send messages."""

    def send(self, message: EmailMessage) -> None:
        """Send the message, or raise one of the three errors of this module."""

    def carried(self, message_id: str) -> bool | None:
        """Whether the message was sent: True or False for certain, None if nobody can know."""


class MailboxFolder:
    """A folder with one .eml file per Message-ID, written completely or not at all, readable by our user only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: EmailMessage) -> None:
        """Write the message, unless the folder already holds one with its Message-ID."""
        path = self._file(str(message["Message-ID"]))
        try:
            private_folder(self._path)
            if not path.exists():
                self._write(path, message.as_bytes())
            # Also for an existing file: the process that wrote it may have died before this line.
            folder = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise TransientChannelError(f"The mailbox folder cannot be written: {error.strerror}.") from error

    def carried(self, message_id: str) -> bool | None:
        """Whether the folder holds the message; None if the folder cannot be read."""
        try:
            return self._file(message_id).exists()
        except OSError:
            return None

    def _file(self, message_id: str) -> Path:
        return self._path / f"{name_of(message_id)}.eml"

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._path, prefix=".", suffix=".tmp")  # made with mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).rename(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class Smtp:
    """A mail server; if it offers STARTTLS, the connection is encrypted and its certificate verified."""

    def __init__(self, url: str, *, timeout: float = 30.0, tls: ssl.SSLContext | None = None) -> None:
        """Configure the server; this makes no connection.

        Args:
            url: ``smtp://host`` or ``smtp://host:port``.
            timeout: seconds to wait for one answer.
            tls: trusted certificates; the system's by default.

        Raises:
            NotificationsError: the url has another form.
        """
        match = re.fullmatch(r"smtp://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/?", url)
        if match is None:
            raise NotificationsError("The mail server must be named as smtp://host:port, and nothing more.")
        self._host = match[1].strip("[]")
        self._port = int(match[2] or smtplib.SMTP_PORT)
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Send the message; the errors do not repeat the answers of the server, which may name the recipient."""
        handed_over = False
        try:
            with closing(self._connect()) as server:
                server.ehlo_or_helo_if_needed()
                if server.has_extn("starttls"):
                    server.starttls(context=self._tls)
                    server.ehlo_or_helo_if_needed()
                _require_success(server.mail(parseaddr(str(message["From"]))[1]))
                _require_success(server.rcpt(parseaddr(str(message["To"]))[1]))
                handed_over = True
                _require_success(server.data(message.as_bytes()))
                # The server has accepted the message; an error while closing changes nothing.
                with suppress(OSError):
                    server.quit()
        except smtplib.SMTPResponseException as refusal:
            raise _error_for(refusal.smtp_code, handed_over=handed_over) from None
        except OSError as error:
            if handed_over:
                raise OutcomeUnknownError("The mail server was lost before its answer came.") from error
            raise TransientChannelError(f"The mail server is away: {type(error).__name__}.") from error

    def carried(self, message_id: str) -> bool | None:
        """None: a mail server does not answer this question."""
        name_of(message_id)
        return None

    def _connect(self) -> smtplib.SMTP:
        # Pass our own name, because smtplib would ask the name servers for it.
        name = socket.gethostname()
        return smtplib.SMTP(self._host, self._port, local_hostname=name, timeout=self._timeout)


def _require_success(answer: tuple[int, bytes]) -> None:
    if answer[0] // 100 != 2:  # noqa: PLR2004  # RFC 5321: 2yz is a positive completion
        raise smtplib.SMTPResponseException(*answer)


def _error_for(code: int, *, handed_over: bool) -> NotificationsError:
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
    """The configured channel: the mail server if one is set, otherwise the mailbox folder."""
    if configuration.smtp_url is None:
        return MailboxFolder(configuration.mailbox)
    return Smtp(configuration.smtp_url)

"""SMTP channel: letters over a real server on loopback that were carried, were not, or may have been."""

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import OutcomeUnknownError, PermanentChannelError, Smtp, TransientChannelError
from notifications.errors import NotificationsError
from notifications.letters import Rendered, render
from notifications.message import compose

BODY = "Geachte heer of mevrouw,\n\n.\n.een punt vooraan\nCafé\n"
type_of_answer = str | Callable[[SMTP], str]


class Office:
    """A mail server that stores what arrives and answers each step as the test asks."""

    def __init__(self) -> None:
        self.arrived: list[bytes] = []
        self.encrypted: list[bool] = []
        self.said: list[str] = []
        self.at: dict[str, type_of_answer] = {}
        self.url = ""

    def answer(self, step: str, server: SMTP, otherwise: str) -> str:
        self.said.append(step)
        wanted = self.at.get(step, otherwise)
        return wanted(server) if callable(wanted) else wanted

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answer("MAIL", server, "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        answer = self.answer("RCPT", server, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answer("DATA", server, "250 OK")
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.arrived.append(envelope.content)
            self.encrypted.append(session.ssl is not None)
        return answer

    async def handle_QUIT(self, server: SMTP, _: Session, __: Envelope) -> str:  # noqa: N802
        return self.answer("QUIT", server, "221 Bye")


def hang_up(server: SMTP) -> str:
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()
    return "250 too late"


@contextmanager
def serving(tls_context: ssl.SSLContext | None = None) -> Iterator[Office]:
    office = Office()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(office, hostname="localhost", loop=loop, tls_context=tls_context), "127.0.0.1", 0
        )
    )
    office.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
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

    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def office() -> Iterator[Office]:
    with serving() as office:
        yield office


def letter() -> EmailMessage:
    return compose(
        Rendered("Veiligadvies: één termijn", BODY, "nl"),
        sender="kantoor@example.org",
        recipient="iemand@example.com",
        message_id="<letter-1@example.org>",
        at=datetime(2026, 4, 7, tzinfo=UTC),
    )


def test_a_letter_arrives_once_whole_and_with_the_identity_it_was_given(office: Office) -> None:
    channel = Smtp(office.url)
    channel.send(letter())
    assert office.said == ["MAIL", "RCPT", "DATA", "QUIT"]
    (content,) = office.arrived
    message = message_from_bytes(content, policy=policy.default)
    assert message["Message-ID"] == "<letter-1@example.org>"
    assert message["Subject"] == "Veiligadvies: één termijn"
    assert message.get_content().replace("\r\n", "\n") == BODY
    assert channel.carried("<letter-1@example.org>") is None


def test_an_english_letter_arrives_with_its_language_and_every_word(office: Office) -> None:
    facts = {
        "reference": "VA-2026-AB12CD34",
        "link": "http://127.0.0.1:8000/",
        "sent_on": "2026-07-02",
        "outcome": "founded",
        "appeal_until": "2026-08-13",
    }
    rendered = render("objection-decision", facts, "en")
    message = compose(
        rendered,
        sender="kantoor@example.org",
        recipient="iemand@example.com",
        message_id="<letter-2@example.org>",
        at=datetime(2026, 7, 2, tzinfo=UTC),
    )
    Smtp(office.url).send(message)
    (content,) = office.arrived
    arrived = message_from_bytes(content, policy=policy.default)
    assert arrived["Subject"] == "Veiligadvies VA-2026-AB12CD34: decision on your objection"
    assert arrived["Content-Language"] == "en"
    assert arrived.get_content_type() == "text/plain"
    text = arrived.get_content().replace("\r\n", "\n")
    assert text.strip() == rendered.body.strip()
    assert "Your objection is founded: the decision does not stay as it was." in text
    assert "appeal to the district court up to and including 13 August 2026" in text


def test_a_letter_sent_again_has_the_same_identity_and_the_same_bytes(office: Office) -> None:
    for _ in range(2):
        Smtp(office.url).send(letter())
    assert len(office.arrived) == 2
    assert len(set(office.arrived)) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_temporary_refusal_by_the_server_may_be_retried(office: Office, step: str) -> None:
    office.at[step] = "451 Try later, iemand@example.com"
    with pytest.raises(TransientChannelError, match="for now, with 451") as refusal:
        Smtp(office.url).send(letter())
    assert "iemand" not in str(refusal.value)
    assert refusal.value.__suppress_context__
    assert refusal.value.__cause__ is None
    del office.at[step]
    Smtp(office.url).send(letter())
    assert len(office.arrived) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_permanent_refusal_by_the_server_is_not_retried(office: Office, step: str) -> None:
    office.at[step] = "550 No such mailbox iemand@example.com"
    with pytest.raises(PermanentChannelError, match="for good, with 550") as refusal:
        Smtp(office.url).send(letter())
    assert "iemand" not in str(refusal.value)
    assert office.arrived == []


def test_a_connection_lost_after_the_letter_was_transferred_leaves_the_outcome_unknown(
    office: Office,
) -> None:
    office.at["DATA"] = hang_up
    with pytest.raises(OutcomeUnknownError, match="lost before its answer"):
        Smtp(office.url).send(letter())
    assert len(office.arrived) == 1


def test_a_connection_lost_before_the_letter_was_transferred_may_be_retried(office: Office) -> None:
    office.at["RCPT"] = hang_up
    with pytest.raises(TransientChannelError, match="SMTPServerDisconnected"):
        Smtp(office.url).send(letter())
    assert office.arrived == []


@pytest.mark.parametrize(("step", "error"), [("RCPT", TransientChannelError), ("DATA", OutcomeUnknownError)])
def test_after_a_timeout_what_the_server_received_decides_the_outcome(
    office: Office, step: str, error: type[Exception]
) -> None:
    def sleep(_: SMTP) -> str:
        time.sleep(0.6)
        return "451 Awake"

    office.at[step] = sleep
    with pytest.raises(error):
        Smtp(office.url, timeout=0.2).send(letter())


def test_a_server_that_closes_without_quit_has_still_carried_the_letter(office: Office) -> None:
    office.at["QUIT"] = hang_up
    Smtp(office.url).send(letter())
    assert len(office.arrived) == 1


def test_an_unreachable_server_may_be_retried() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        with pytest.raises(TransientChannelError, match="ConnectionRefusedError"):
            Smtp(f"smtp://127.0.0.1:{taken.getsockname()[1]}").send(letter())


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"554 Go away\r\n", PermanentChannelError),
        (b"421 Busy\r\n", TransientChannelError),
        (b"", TransientChannelError),
    ],
)
def test_a_refused_greeting_decides_whether_to_retry(greeting: bytes, error: type[Exception]) -> None:
    def greet(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.sendall(greeting)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener,))
        thread.start()
        with pytest.raises(error):
            Smtp(f"smtp://127.0.0.1:{listener.getsockname()[1]}").send(letter())
        thread.join(10)


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "loopback.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_a_connection_is_encrypted_where_the_server_offers_it_and_only_with_a_trusted_certificate(
    tmp_path: Path,
) -> None:
    file = certificate(tmp_path)
    offered = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    offered.load_cert_chain(file)
    with serving(offered) as office:
        Smtp(office.url, tls=ssl.create_default_context(cafile=file)).send(letter())
        assert office.encrypted == [True]
        with pytest.raises(TransientChannelError, match="SSLCertVerificationError"):
            Smtp(office.url).send(letter())
        assert len(office.arrived) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://mail",
        "smtp://",
        "smtp://a b",
        "smtp://u:p@mail:25",
        "smtp://mail:x",
        "smtp://mail/x",
        "mail:25",
        "smtp://m?x",
    ],
)
def test_a_mail_server_is_named_by_host_and_port_and_nothing_else(url: str) -> None:
    with pytest.raises(NotificationsError, match="smtp://host:port") as refusal:
        Smtp(url)
    assert "u:p" not in str(refusal.value)

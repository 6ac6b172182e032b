"""The whole journey: five applications, from first call to last booking, over the public API only."""

from collections.abc import Callable
from pathlib import Path

import httpx

from api.http.errors import ApiError
from api.journey import acute, refused, suspended, two_employers, withdrawn
from api.journey.case import Journey
from api.journey.client import Client, Token
from api.journey.transcript import Transcript, UnexpectedError
from rules.core.roles import Role


def run(url: str, token: Token, out: Path | None, echo: Callable[[str], None]) -> int:
    """Drive the five applications; answers 0, or 1 where something is not as it should be.

    Args:
        url: where the office's API is reached.
        token: answers a bearer token for a role and a person; without a person for the one whom the office names.
        out: a folder for every file that leaves or comes in, and for the log.
        echo: told every line as it happens.
    """
    log = Transcript(echo, out)
    journey = Journey(Client(url, token), log)
    try:
        drive(journey)
    except UnexpectedError as error:
        log.end(f"Not as it should be. {error}")
        return 1
    except ApiError as error:
        log.end(f"Not as it should be. Bearer tokens: expected one for each role; found {error}")
        return 1
    except httpx.HTTPError as error:
        log.end(f"Not as it should be. {url}: expected an office that answers; found {type(error).__name__}")
        return 1
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        log.end(f"Not as it should be. An answer: expected what the contract names; found none ({error!r})")
        return 1
    finally:
        journey.client.http.close()
        log.write()
    return 0


def drive(journey: Journey) -> None:
    """One application after the other, and at the end one more look at the reminder.

    Raises:
        UnexpectedError: something is not as it should be.
    """
    found = {"a": acute.run(journey), "b": two_employers.run(journey)}
    waited = suspended.run(journey)
    found |= {"c": waited.reference, "d": refused.run(journey), "e": withdrawn.run(journey)}
    suspended.expect_one_reminder(waited)
    journey.log.end("As it should be. " + ", ".join(f"({letter}) {key}" for letter, key in found.items()))


def reminders(url: str, token: Token, reference: str) -> list[str]:
    """The state of every reminder that an application asked for, in order, such as ``["sent"]``.

    Raises:
        UnexpectedError: the office does not show them.
    """
    client = Client(url, token)
    try:
        address = f"/v1/applications/{reference}/letters"
        return [item["state"] for item in client.of(Role.OFFICER).get(address, letter="reminder")["items"]]
    finally:
        client.http.close()

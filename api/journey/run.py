"""Run of the whole journey: five applications, from first call to last booking, over the public API only."""

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
    """Run the five applications; returns 0, or 1 if something is not as expected.

    Args:
        url: the address of the office's API.
        token: returns a bearer token for a role and a person; without a person, for the default one.
        out: the folder for every sent and received file, and for the transcript.
        echo: called with every line as it is written.
    """
    log = Transcript(echo, out)
    journey = Journey(Client(url, token), log)
    try:
        drive(journey)
    except UnexpectedError as error:
        log.end(f"Not as expected. {error}")
        return 1
    except ApiError as error:
        log.end(f"Not as expected. Bearer tokens: expected one for each role; found {error}")
        return 1
    except httpx.HTTPError as error:
        log.end(f"Not as expected. {url}: expected an office that answers; found {type(error).__name__}")
        return 1
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        log.end(f"Not as expected. An answer: expected what the contract names; found none ({error!r})")
        return 1
    finally:
        journey.client.http.close()
        log.write()
    return 0


def drive(journey: Journey) -> None:
    """Run one application after the other, and check the reminder once more at the end.

    Raises:
        UnexpectedError: something is not as expected.
    """
    found = {"a": acute.run(journey), "b": two_employers.run(journey)}
    waited = suspended.run(journey)
    found |= {"c": waited.reference, "d": refused.run(journey), "e": withdrawn.run(journey)}
    suspended.expect_one_reminder(waited)
    journey.log.end("All as expected. " + ", ".join(f"({letter}) {key}" for letter, key in found.items()))


def reminders(url: str, token: Token, reference: str) -> list[str]:
    """Return the state of every reminder of an application in order, such as ``["sent"]``.

    Raises:
        UnexpectedError: the office does not return them.
    """
    client = Client(url, token)
    try:
        address = f"/v1/applications/{reference}/letters"
        return [item["state"] for item in client.of(Role.OFFICER).get(address, letter="reminder")["items"]]
    finally:
        client.http.close()

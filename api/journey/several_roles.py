"""Several roles: a person with several duties at one employer, to check that four eyes are still required."""

from types import TracebackType
from typing import Self
from uuid import uuid4

from api.journey.client import Caller, Client, expect_success
from rules.core.roles import Role

DUTIES = (Role.FINANCE, Role.APPROVER, Role.RELEASER)


class MultiRolePerson:
    """Person with several duties, registered for the journey only; the handle sorts after the office's own people."""

    def __init__(self, client: Client, employer: str) -> None:
        self.employer = employer
        self._client = client
        self._person = f"with-two-hats-{uuid4().hex[:12]}"
        self._administrator = client.of(Role.ADMINISTRATOR)

    def __enter__(self) -> Self:
        """Register the person."""
        body = {
            "id": self._person,
            "name": "Q. Tweepet",
            "email": f"{self._person}@zilverdam.example",
            "duties": [{"role": role, "organisation": self.employer} for role in DUTIES],
        }
        expect_success(self._administrator.post("/v1/people", body))
        release = {"role": Role.RELEASER, "organisation": self.employer}  # takes a second person
        head = self._client.of(Role.HEAD)
        expect_success(head.post(f"/v1/people/{self._person}/actions/confirm-duty", release, if_match="*"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Record the departure of the person."""
        answer = self._administrator.post(f"/v1/people/{self._person}/actions/depart", if_match="*")
        if kind is None:
            expect_success(answer)

    @property
    def finance(self) -> Caller:
        """Return the person as finance, who checks."""
        return self._client.of(Role.FINANCE, self._person)

    @property
    def approver(self) -> Caller:
        """Return the person as approver."""
        return self._client.of(Role.APPROVER, self._person)

    @property
    def releaser(self) -> Caller:
        """Return the person as releaser."""
        return self._client.of(Role.RELEASER, self._person)

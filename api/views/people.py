"""People."""

from datetime import date

from api.views.base import View


class OrganisationView(View):
    """One employer."""

    id: str
    kind: str
    name: str
    state: str
    risk_inventory: str | None = None
    successor: str | None = None
    merged_on: date | None = None
    version: int


class PersonView(View):
    """One person; the name is content and does not leave here."""

    id: str
    state: str
    language: str | None = None
    version: int

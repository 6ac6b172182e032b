"""People and employers as the API returns them."""

from datetime import date

from api.views.base import View


class OrganisationView(View):
    """Employer."""

    id: str
    kind: str
    name: str
    state: str
    risk_inventory: str | None = None
    successor: str | None = None
    merged_on: date | None = None
    version: int


class PersonView(View):
    """Person, without the name, which is content."""

    id: str
    state: str
    language: str | None = None
    version: int

"""Sign-in guide: the default person of each role, and the text that explains how to get a token."""

from api.demonstration.people import CAST, ZILVERDAM
from rules.core.roles import Role


def default_person(role: Role) -> str:
    """Return the default person of a role; a different person for every role.

    Raises:
        LookupError: nobody in the demonstration office has the role, as for the engine.
    """
    for member in CAST:
        if member.role is role and member.organisation in {None, ZILVERDAM}:
            return member.id
    raise LookupError(f"Nobody in the demonstration office acts as {role}; take one of {', '.join(ROLES)}.")


def organisation_of(person: str) -> str | None:
    """Return the employer for which a person acts; None for the office's own people and for applicants."""
    return next((member.organisation for member in CAST if member.id == person), None)


ROLES = tuple(role for role in Role if role is not Role.ENGINE)

WORDS = """\
Everyone in the demonstration office is fictional.
Open {base_url}/ and choose who you want to be.
Or call the API with a bearer token:

  TOKEN=$({command} token --role officer)
  curl -H "Authorization: Bearer $TOKEN" {base_url}/v1/work-items

  role                default person
{table}

Someone else of the same role: {command} token --role officer --as officer-2
People of another employer have its name in their own: --role finance --as finance-lindewaard-1
The employers:
  {employers}"""


def guide(base_url: str, command: str = ".venv/bin/veiligadvies") -> str:
    """Return the guide that is printed once the office is running; its commands work as they are printed."""
    employers = sorted({member.organisation for member in CAST if member.organisation})
    rows = []
    for role in ROLES:
        person = default_person(role)
        employer = organisation_of(person)
        rows.append(f"  {role:<19} {person}{f' (of {employer})' if employer else ''}")
    return WORDS.format(
        base_url=base_url.rstrip("/"), command=command, table="\n".join(rows), employers="\n  ".join(employers)
    )

"""Welcome text of a started office: its addresses, and how to sign in as each role."""

import shlex

from api.demonstration.sign_in_guide import guide
from api.processes.environment import SIGN_IN_FILE
from api.processes.instance import Instance
from states.settings import Configuration


def welcome(configuration: Configuration, office: Instance) -> str:
    """Return the text that is printed when an office has started."""
    embedded = configuration.prefect_api_url is None
    sign_in = f" (sign in with the text in {configuration.folder / 'prefect' / SIGN_IN_FILE})" if embedded else ""
    lines = [
        "",
        f"  Pages           {office.api}/",
        f"  API reference   {office.api}/docs",
        f"  API document    {office.api}/openapi.json",
        f"  Prefect         {office.prefect.removesuffix('/api')}{sign_in}",
        f"  Letters         {configuration.smtp_url or configuration.mailbox}",
        f"  Bank folder     {configuration.bank}",
        f"  Logs            {configuration.folder / 'logs'}",
        "",
    ]
    if configuration.demonstration:
        command = command_of(configuration)
        lines += [guide(office.api, command), "", f"To see the whole process, step by step: {command} journey"]
    return "\n".join([*lines, "Ctrl-C stops everything.", ""])


def command_of(configuration: Configuration) -> str:
    """Return the command as it must be typed in another shell, where the settings of this one do not hold."""
    folder = Configuration.model_fields["home"].default
    if configuration.folder == folder.resolve():
        return ".venv/bin/veiligadvies"
    return f"VEILIGADVIES_HOME={shlex.quote(str(configuration.folder))} .venv/bin/veiligadvies"

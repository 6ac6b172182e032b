"""Conformance by hand, ``make fuzz``: does every operation answer as the API description says, for every role?

A demonstration office is started in a folder of its own. Whole journeys are sent along the actions that it proposes,
then what people do besides, and everything is read; then Schemathesis invents requests with the things of that office,
as every role. The list of operations that succeeded is written beside this program.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parents[1] / "run")]

from duties import Duties  # noqa: E402  # after the path of the tests' own modules
from invention import invent  # noqa: E402
from journeys import live  # noqa: E402
from readings import ids_of, read_all  # noqa: E402
from recorder import Recorder  # noqa: E402
from running import Running  # noqa: E402

from api.processes import instance  # noqa: E402
from rules.core.dates import office_day  # noqa: E402
from rules.core.roles import Role  # noqa: E402

LIST = HERE / "operations.txt"
ENOUGH = 150
SIGNED_IN = [role for role in Role if role is not Role.ENGINE]


def written(office: Recorder) -> str:
    """The operations with the statuses of their answers; those that never succeeded at the end."""
    lines = [f"# {len(office.done)} of {len(office.operations)} operations succeeded at least once."]
    for title, names in (("Succeeded", office.done), ("Never succeeded", office.operations - office.done)):
        lines += ["", f"## {title}", *sorted(names)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run it; 0 if nothing failed and enough operations succeeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="of invention, for all roles together")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--home", type=Path, help="data folder of a demonstration office that runs already")
    parser.add_argument("--roles", nargs="*", type=Role, default=SIGNED_IN)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="veiligadvies-conformance-"))
    running = Running(given.home or folder / "office")
    if given.home is None:
        running.start()
    try:
        office = Recorder(instance.read(running.home).api, running.token)
        live(office)
        Duties(office, office_day(datetime.now(UTC))).all()
        ids = ids_of(office)
        read_all(office, ids)
        LIST.write_text(written(office), "utf-8")
        print(f"{len(office.done)} of {len(office.operations)} operations succeeded on the way.")
        failures = 0
        for role in given.roles:
            seconds = max(30, given.seconds // len(given.roles))
            said = invent(office, ids, role, seconds=seconds, workers=given.workers, folder=folder)
            print(f"=== {role} ===\n{said}")
            failures += "FAILURES" in said
        print(*office.faults, sep="\n")
        print(f"Answers of 500 and more: {len(office.faults)}. The reports are in {folder}.")
        return int(bool(office.faults or failures or len(office.done) < ENOUGH))
    finally:
        running.stop()


if __name__ == "__main__":
    sys.exit(main())

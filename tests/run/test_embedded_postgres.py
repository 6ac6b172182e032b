"""Embedded PostgreSQL: created, found again, stopped, and recovered after a kill."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from api.processes import embedded_postgres

BEGIN = (
    "import os, sys; from pathlib import Path; from api.processes import embedded_postgres;"
    "embedded_postgres.start(Path(sys.argv[1])); os._exit(9)"
)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that is not below pytest's own, which another session of pytest closes."""
    with tempfile.TemporaryDirectory(prefix="veiligadvies-tests-") as folder:
        yield Path(folder)


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def expect_an_answer(url: str) -> None:
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_is_made_found_again_and_stopped(home: Path) -> None:
    folder = home / "postgres"
    assert embedded_postgres.running(folder) is None
    first = embedded_postgres.start(folder)
    expect_an_answer(first.url)
    assert embedded_postgres.start(folder).url == first.url == embedded_postgres.running(folder)
    number = postmaster(folder)
    first.stop()
    assert embedded_postgres.running(folder) is None
    assert not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    first.stop()


def test_a_server_left_by_a_killed_run_is_found(home: Path) -> None:
    folder = home / "postgres"
    assert subprocess.run([sys.executable, "-c", BEGIN, folder], check=False).returncode == 9
    number = postmaster(folder)
    server = embedded_postgres.start(folder)
    assert postmaster(folder) == number
    server.stop()


def test_a_notice_left_by_a_server_that_is_gone_is_not_believed(home: Path) -> None:
    folder = home / "postgres"
    server = embedded_postgres.start(folder)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept (number int)")
    notice = (folder / "postmaster.pid").read_text()
    psutil.Process(postmaster(folder)).kill()
    # After a power cut, its number may belong to a process of anyone's, such as this one.
    (folder / "postmaster.pid").write_text(notice.replace(notice.splitlines()[0], str(os.getpid()), 1))
    again = embedded_postgres.start(folder)
    with psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    again.stop()


def test_a_first_start_that_was_killed_halfway_is_begun_again(home: Path) -> None:
    folder = home / "postgres"
    (home / "postgres.new").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("18\n")
    server = embedded_postgres.start(folder)
    expect_an_answer(server.url)
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only as root does the server run as another user.")
def test_as_root_the_folders_above_the_data_can_be_passed_and_not_read_by_others(outside: Path) -> None:
    above, home = outside / "above", outside / "above" / "home"
    for folder in (above, home):
        folder.mkdir()
        folder.chmod(0o700)
    for _ in range(2):
        server = embedded_postgres.start(home / "postgres")
        assert (stat.S_IMODE(above.stat().st_mode), stat.S_IMODE(home.stat().st_mode)) == (0o711, 0o710)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # it opens files by their whole path
            connection.execute("SELECT pg_reload_conf()")
        server.stop()
        assert embedded_postgres.running(home / "postgres") is None


def test_a_path_too_long_for_a_socket_works_and_its_socket_is_closed_to_others(tmp_path: Path) -> None:
    server = embedded_postgres.start(tmp_path / ("long" * 30) / "postgres")
    expect_an_answer(server.url)
    where = Path(psycopg.conninfo.conninfo_to_dict(server.url)["host"])
    assert where.stat().st_mode & 0o077 == 0
    server.stop()


def test_what_libpq_finds_in_the_environment_does_not_lead_astray(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    server = embedded_postgres.start(home / "postgres")
    monkeypatch.delenv("PGPORT")
    expect_an_answer(server.url)
    server.stop()


def test_a_path_that_pg_ctl_would_break_on_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(embedded_postgres.EmbeddedError, match="letters, digits"):
        embedded_postgres.start(tmp_path / "with space" / "postgres")

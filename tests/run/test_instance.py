"""Instance: one office per data folder, its file and port, and the environment of its processes."""

import os
import socket
from pathlib import Path

import pytest

from api.processes import instance
from api.processes.environment import child_environment, prefect_server_environment
from api.processes.instance import Instance, OfficeError
from states.settings import Configuration


def test_one_office_per_folder(home: Path) -> None:
    home.mkdir()
    # Another opening of the file is another holder, also within a process.
    taken = pytest.raises(OfficeError, match=f"process {os.getpid()}.*VEILIGADVIES_HOME")
    with instance.locked(home), taken, instance.locked(home):
        pass
    with instance.locked(home):
        pass


def test_a_running_office_is_found_and_its_address_is_ours_to_read(home: Path) -> None:
    home.mkdir()
    written = Instance("http://127.0.0.1:1", "postgresql://x", "http://127.0.0.1:2/api", {"api": 3})
    with instance.locked(home):
        instance.write(home, written)
        assert instance.read(home) == written
        assert (home / "run.json").stat().st_mode & 0o077 == 0


def test_what_a_killed_run_left_is_no_office(home: Path) -> None:
    home.mkdir()
    instance.write(home, Instance("http://127.0.0.1:1", "", ""))
    with pytest.raises(OfficeError, match="No office runs"):
        instance.read(home)


def test_no_folder_is_no_office(home: Path) -> None:
    with pytest.raises(OfficeError, match="No office runs"):
        instance.read(home)


def test_a_kept_port_stays_until_someone_takes_it(tmp_path: Path) -> None:
    file = tmp_path / "prefect" / "port"
    port = instance.remembered_port(file)
    assert instance.remembered_port(file) == port
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", port))
        taker.listen()
        assert not instance.is_free("127.0.0.1", port)
        assert instance.remembered_port(file) != port


def test_no_child_hears_of_a_proxy_or_a_stranger(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("HTTPS_PROXY", "http_proxy", "OTEL_EXPORTER_OTLP_ENDPOINT", "PREFECT_API_KEY", "PREFECT_PROFILE"):
        monkeypatch.setenv(key, "http://elsewhere.example")
    configuration = Configuration(home=home, prefect_api_url=None)
    around = prefect_server_environment(child_environment(configuration, "postgresql://x", "http://127.0.0.1:2/api"))
    assert not [key for key, value in around.items() if "elsewhere" in value]
    assert around["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert around["DO_NOT_TRACK"] == "1"
    assert around["DATABASE_URL"] == "postgresql://x"


def test_a_prefect_server_of_ones_own_keeps_its_credentials(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:word")
    configuration = Configuration(home=home, prefect_api_url="http://10.0.0.1:4200/api")
    assert child_environment(configuration, "", "http://10.0.0.1:4200/api")["PREFECT_API_AUTH_STRING"] == "admin:word"

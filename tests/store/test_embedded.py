"""The embedded server: shared, stopped by the last one out, and back after every kind of kill."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from store.embedded import binaries as embedded_binaries
from store.embedded import errors as embedded_errors
from store.embedded.account import Account, run_as
from store.embedded.server import create_database, started

ROOT = Path(__file__).parents[2]
DURABLE = {"shared_buffers": "16MB"}
QUICK = {**DURABLE, "fsync": "off"}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that every user can come to, unlike pytest's own."""
    home = Path(tempfile.mkdtemp(prefix="headwater-embedded-"))
    home.chmod(0o711)
    yield home / "data"
    _remove(home)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the tests a place of their own for what root puts elsewhere."""
    home = Path(tempfile.mkdtemp(prefix="headwater-elsewhere-"))
    home.chmod(0o711)
    monkeypatch.setattr(embedded_binaries, "REACHABLE", home)
    yield home
    _remove(home)


def _remove(home: Path) -> None:
    # A keeper may still be ending.
    for _ in range(50):
        shutil.rmtree(home, ignore_errors=True)
        if not home.exists():
            return
        time.sleep(0.1)


def _ask(url: str, question: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(ask())


def _is_gone(pid: int) -> bool:
    """Tell whether the process has ended; one that nobody has waited for yet has ended too."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def _soon_gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while not _is_gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return _is_gone(pid)


@contextmanager
def _another_user(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a process that uses the server until its standard input ends; give it and the pid."""
    script = (
        "import sys; from pathlib import Path; from store.embedded.server import started\n"
        "with started(Path(sys.argv[1]), options={'fsync': 'off'}) as server:\n"
        "    print(server.pid, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def test_a_server_starts_serves_and_stops(folder: Path) -> None:
    with started(folder, options=DURABLE) as server:
        assert _ask(server.url, "SELECT current_setting('server_version_num')::int / 10000") == 18
        assert _ask(server.url, "SELECT current_setting('fsync')") == "on"
        assert _ask(server.url, "SELECT current_setting('listen_addresses')") == ""
        assert _ask(server.url, "SELECT 'B' < 'a' AND 'Z' < 'ä' AND upper('ä') = 'Ä'") is True
    assert _is_gone(server.pid)


def test_what_was_written_is_there_after_a_stop(folder: Path) -> None:
    with started(folder, options=QUICK) as server:
        _ask(server.url, "CREATE TABLE kept AS SELECT 7 AS value")
    with started(folder, options=QUICK) as server:
        assert _ask(server.url, "SELECT value FROM kept") == 7


def test_the_last_one_out_stops_it(folder: Path) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(started(folder, options=QUICK))
        with _another_user(folder) as (process, pid):
            assert pid == first.pid
            with started(folder) as third:
                assert third.pid == first.pid
            stack.close()
            assert _ask(first.url, "SELECT 1") == 1
            process.communicate("", timeout=20)
            assert _is_gone(first.pid)


def test_a_server_whose_only_user_is_killed_stops(folder: Path) -> None:
    with _another_user(folder) as (process, pid):
        process.kill()
        assert _soon_gone(pid)


def test_a_server_outlives_a_killed_user_while_another_uses_it(folder: Path) -> None:
    with _another_user(folder) as (process, pid):
        with started(folder) as server:
            process.kill()
            process.wait()
            time.sleep(0.3)
            assert server.pid == pid
            assert _ask(server.url, "SELECT 1") == 1
        assert _is_gone(pid)


def test_what_was_committed_survives_the_kill_of_the_server(folder: Path) -> None:
    with started(folder, options=DURABLE) as server:
        _ask(server.url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS value")
        os.kill(server.pid, signal.SIGKILL)
        with started(folder, options=DURABLE) as again:
            assert again.pid != server.pid
            assert _ask(again.url, "SELECT count(*) FROM kept") == 1000


def test_leaving_a_server_that_was_killed_is_no_error(folder: Path) -> None:
    with started(folder, options=QUICK) as server:
        os.kill(server.pid, signal.SIGKILL)
    assert _is_gone(server.pid)


def test_a_stale_pid_that_another_process_has_now_is_no_obstacle(folder: Path) -> None:
    with started(folder, options=QUICK) as server:
        pass
    owner = (folder / "postgres").stat()
    process = subprocess.Popen(["/bin/sleep", "60"], user=owner.st_uid)
    try:
        stale = f"{process.pid}\n{folder}/postgres\n0\n5432\n{folder}/postgres\n\n\nready\n"
        (folder / "postgres" / "postmaster.pid").write_text(stale)
        with started(folder, options=QUICK) as server:
            assert _ask(server.url, "SELECT 1") == 1
    finally:
        process.kill()
        process.wait()


def test_a_recovery_is_waited_for(folder: Path) -> None:
    slow = {**DURABLE, "max_wal_size": "1GB", "checkpoint_timeout": "1h"}
    with started(folder, options=slow) as server:
        _ask(server.url, "CREATE TABLE kept (value int)")
        for _ in range(5):
            _ask(server.url, "INSERT INTO kept SELECT generate_series(1, 100000)")
        os.kill(server.pid, signal.SIGKILL)
        with started(folder, options=slow) as again:
            assert _ask(again.url, "SELECT count(*) FROM kept") == 500_000


def test_many_that_start_at_once_share_one_server(folder: Path) -> None:
    with ExitStack() as stack:
        pids = {stack.enter_context(_another_user(folder))[1] for _ in range(3)}
    assert len(pids) == 1
    assert _soon_gone(pids.pop())


def test_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("x" * 100)
    with started(deep, options=QUICK) as server:
        sockets = Path(server.url.split("host=")[1].split("&")[0].replace("%2F", "/"))
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert sockets.parent == Path("/tmp")  # noqa: S108  # Of mode 0700, as the line above says.
        create_database(server, "deep")
    assert _soon_without(sockets)


def _soon_without(path: Path) -> bool:
    deadline = time.monotonic() + 5
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not path.exists()


@pytest.mark.parametrize("name", ["data,dir", "data dir", "dätä:'\"%20"])
def test_a_path_may_hold_any_character(folder: Path, name: str) -> None:
    with started(folder / name, options=QUICK) as server:
        assert _ask(create_database(server, "a"), "SELECT current_database()") == "a"


def test_a_database_is_created_once_whatever_its_name(folder: Path) -> None:
    with started(folder, options=QUICK) as server:
        for name in ("sample", 'it\'s "q"; DROP', "sample", "ä b"):
            url = create_database(server, name)
            assert _ask(url, "SELECT current_database()") == name
        names = _ask(server.url, "SELECT count(*) FROM pg_database WHERE datname !~ '^temp'")
        assert names == 4


def test_only_the_servers_user_can_enter_the_data(folder: Path) -> None:
    with started(folder, options=QUICK):
        assert (folder / "postgres").stat().st_mode & 0o777 == 0o700


def test_variables_of_postgresql_change_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("PGUSER", "somebody")
    with started(folder, options=QUICK) as server:
        create_database(server, "a")


def test_an_interrupted_initialisation_is_begun_anew(folder: Path) -> None:
    unfinished = folder / "postgres.new"
    unfinished.mkdir(parents=True)
    (folder / "start.lock").touch()
    (unfinished / "PG_VERSION").write_text("18")
    with started(folder, options=QUICK):
        assert not unfinished.exists()


def test_data_of_another_version_are_refused(folder: Path) -> None:
    with started(folder, options=QUICK):
        pass
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(embedded_errors.OtherMajorVersion) as raised, started(folder):
        pass
    assert "was made by PostgreSQL 15, and the embedded one is PostgreSQL 18" in str(raised.value)
    assert "HEADWATER_DATA_DIR" in str(raised.value)


def test_a_folder_with_other_things_is_refused_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("all of it")
    with (
        pytest.raises(embedded_errors.FolderNotOurs, match=r"it holds thesis\.txt"),
        started(folder),
    ):
        pass
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_file_for_a_folder_is_refused(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(embedded_errors.FolderNotOurs, match="it holds a file"), started(folder):
        pass


def test_data_that_are_gone_are_not_replaced_by_empty_ones(folder: Path) -> None:
    folder.mkdir()
    (folder / "postgres").symlink_to(folder / "gone")
    with (
        pytest.raises(embedded_errors.DataGone, match="begin with an empty database"),
        started(folder),
    ):
        pass


def test_a_missing_program_is_named(folder: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(
            embedded_errors.BinariesMissing, match=r"there is no .*postgres; remove \.venv"
        ),
        started(folder, binaries=tmp_path),
    ):
        pass
    assert not folder.exists()


def test_a_broken_program_is_named(folder: Path, tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_bytes(b"\x7fELF and no more")
        (tmp_path / name).chmod(0o755)
    with (
        pytest.raises(embedded_errors.BinariesMissing, match="make install"),
        started(folder, binaries=tmp_path),
    ):
        pass


def test_a_missing_wheel_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_binaries, "find_spec", lambda _: None)
    with pytest.raises(embedded_errors.BinariesMissing, match="is not installed"), started(folder):
        pass


def test_a_start_that_fails_says_why(folder: Path) -> None:
    with (
        pytest.raises(embedded_errors.StartFailed, match=r"FATAL.*no_such_setting.*postgres\.log"),
        started(folder, options={"no_such_setting": "1"}),
    ):
        pass
    with started(folder, options=QUICK):
        pass


def test_a_long_log_is_put_aside(folder: Path) -> None:
    with started(folder, options=QUICK):
        pass
    with (folder / "postgres.log").open("ab") as log:
        log.truncate(11 * 1024 * 1024)
    with started(folder, options=QUICK):
        assert (folder / "postgres.log").stat().st_size < 1024 * 1024


@needs_root
def test_as_root_the_server_runs_as_nobody(folder: Path) -> None:
    with started(folder, options=QUICK) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == 65534


@needs_root
def test_as_root_the_owner_of_the_data_runs_them(folder: Path) -> None:
    with started(folder, options=QUICK):
        pass
    data = (folder / "postgres").resolve()
    for path in (data, *data.rglob("*")):
        os.chown(path, 12345, 12345, follow_symlinks=False)
    with started(folder, options=QUICK) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == 12345
    os.chown(data, 0, 0)
    with pytest.raises(embedded_errors.AccountMissing, match="belongs to root"), started(folder):
        pass


@needs_root
def test_as_root_data_move_to_where_the_server_can_reach_them(
    folder: Path, elsewhere: Path
) -> None:
    folder.parent.chmod(0o700)
    for _ in range(2):
        with started(folder, options=QUICK) as server:
            assert _ask(server.url, "SELECT 1") == 1
    assert (folder / "postgres").readlink().is_relative_to(elsewhere)
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert len(list(elsewhere.glob("data-*"))) == 1


@needs_root
def test_as_root_programs_are_copied_to_where_the_server_can_run_them(
    folder: Path, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = embedded_binaries._wheel()
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.with_name(name), hidden / name, symlinks=True)
    monkeypatch.setattr(embedded_binaries, "_wheel", lambda: hidden / wheel.name)
    for _ in range(2):
        with started(folder, options=QUICK) as server:
            assert _ask(server.url, "SELECT 1") == 1
            assert Path(f"/proc/{server.pid}/exe").readlink().is_relative_to(elsewhere)
    assert len(list(elsewhere.iterdir())) == 1


@needs_root
def test_an_ordinary_user_gets_a_server_but_not_roots(folder: Path) -> None:
    python = _python_for_all()
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    own, roots = folder / "own", folder / "roots"
    with started(roots, options=QUICK):
        refused = _start_as_nobody(python, roots)
    assert "FolderForbidden" in refused.stderr
    os.chown(folder, 65534, 65534)
    assert _start_as_nobody(python, own).stdout == "65534\n"


def _python_for_all() -> str:
    """Return a Python that everybody may run, and with it our files and PostgreSQL's."""
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(PermissionError):
            script = "import sys; assert sys.version_info >= (3, 11); import store.embedded"
            if _run_as_nobody(python, script).returncode == 0:
                return python
    pytest.skip("no Python here that an ordinary user can run")


def _start_as_nobody(python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    script = (
        "import os, sys; from pathlib import Path; from store.embedded.server import started\n"
        f"with started(Path({str(folder)!r})) as server:\n"
        "    print(os.stat(f'/proc/{server.pid}').st_uid)"
    )
    return _run_as_nobody(python, script)


def _run_as_nobody(python: str, script: str) -> subprocess.CompletedProcess[str]:
    places = [str(ROOT), str(embedded_binaries._wheel().parent)]
    return run_as(
        Account(65534, 65534), [python, "-c", f"import sys; sys.path += {places}; {script}"]
    )

"""One run at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.lock import refuse_if_held, run_lock, wait_until_free
from transforms.errors import RunInProgress, WarehouseUnwritable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOLDER = """
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from flows.lock import run_lock
with run_lock(Path(sys.argv[1]), run_id="first", now=datetime(2026, 11, 22, 11, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_whose_run_it_is_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "state" / "run.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        expected = rf"Run first \(process {holder.pid}, since 2026-11-22T11:00:00\+00:00\) is in progress"
        with pytest.raises(RunInProgress, match=expected), run_lock(path, run_id="second", now=NOW):
            pass
        with pytest.raises(RunInProgress, match=expected):
            refuse_if_held(path)
        holder.kill()
    with run_lock(path, run_id="second", now=NOW):
        assert json.loads(path.read_text()) == {
            "run_id": "second",
            "pid": os.getpid(),
            "since": "2026-11-22T12:00:00+00:00",
        }


def test_who_waits_is_told_once_for_whom_and_goes_on_when_it_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    told: list[str] = []
    with ExitStack() as other:
        other.enter_context(run_lock(path, run_id="first", now=NOW))

        def note(text: str) -> None:
            told.append(text)
            other.close()

        wait_until_free(path, note)
        wait_until_free(path, note)
    who = f"Run first (process {os.getpid()}, since 2026-11-22T12:00:00+00:00)"
    assert told == [f"{who} is in progress; waiting until it has ended."]


def test_a_waiting_run_takes_the_lock_when_it_is_free_also_when_others_were_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.lock"
    told: list[str] = []
    holders = [ExitStack(), ExitStack()]
    holders[0].enter_context(run_lock(path, run_id="first", now=NOW))

    def one_ends_and_another_is_faster(path: Path, waiting: Callable[[str], None]) -> None:
        holders.pop(0).close()
        for holder in holders[:1]:
            holder.enter_context(run_lock(path, run_id="faster", now=NOW))
        waiting("ended")

    monkeypatch.setattr("flows.lock.wait_until_free", one_ends_and_another_is_faster)
    with run_lock(path, run_id="patient", now=NOW, waiting=told.append):
        assert json.loads(path.read_text())["run_id"] == "patient"
    assert told == ["ended", "ended"]


def test_a_lock_file_that_nobody_holds_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    refuse_if_held(path)
    path.write_text("left by a killed run")
    refuse_if_held(path)
    with run_lock(path, run_id="next", now=NOW):
        pass


def test_a_data_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder is wanted")
    with (
        pytest.raises(WarehouseUnwritable, match=r"Nothing was started\..* NEWSLEDGER_DATA_DIR"),
        run_lock(tmp_path / "state" / "run.lock", run_id="x", now=NOW),
    ):
        pass

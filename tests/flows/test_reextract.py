"""What another extractor is said to have read differently is read again from the archive, and nothing else changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli.main import newsledger
from flows.configuration import clock_for
from flows.progress import NoProgress, Progress
from flows.reextract import ReextractReport, reextract
from flows.settings import Settings
from tests.flows.imports.test_own_archive import LATEST, contents, two_runs
from transforms.article.extract import EXTRACTOR

OLDER = "newsledger/0 trafilatura/1.0"
REVISED = "(select article_id from fct_versions where version = 2)"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    two_runs(folder)
    return folder / "data"


@pytest.fixture
def data(history: Path, tmp_path: Path) -> Path:
    shutil.copytree(history, tmp_path / "data")
    return tmp_path / "data"


@contextmanager
def tampering(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(data / "newsledger.duckdb")) as warehouse:
        yield warehouse


def read_again(
    data: Path, *, is_applied: bool = False, site: str | None = None, progress: Progress | None = None
) -> ReextractReport:
    settings = Settings(data_dir=data, warehouse=data / "newsledger.duckdb", warehouse_wait=1.0, workers=1)
    return reextract(
        settings, site=site, is_applied=is_applied, clock=clock_for(LATEST), progress=progress or NoProgress()
    )


def read_worse(data: Path) -> None:
    """An older extractor left the site's name in headlines, a paragraph and the authors out, and a tag of its own."""
    with tampering(data) as warehouse:
        warehouse.execute(f"update fct_versions set extractor = '{OLDER}', headline = headline || ' | Paper'")
        warehouse.execute("update fct_versions set content_hash = 'worse-' || content_hash, body = 'Nothing of it.'")
        warehouse.execute("delete from fct_paragraphs where ordinal = 1")
        warehouse.execute("update dim_articles set headline = headline || ' | Paper', tags = ['paper']")
        warehouse.execute("update dim_articles set content_hash = 'worse-' || content_hash, authors = ['A. Machine']")


def test_what_this_extractor_read_is_not_read_again(data: Path) -> None:
    report = read_again(data)
    assert (report.outdated, report.read, report.fields) == (0, 0, {})


def test_changes_are_told_field_by_field_before_anything_is_written(data: Path) -> None:
    read_worse(data)
    before = (data / "newsledger.duckdb").read_bytes()
    report = read_again(data)
    assert (data / "newsledger.duckdb").read_bytes() == before
    assert report.outdated == report.read > 3
    assert (report.missing, report.lost, report.problems) == (0, 0, [])
    assert {"headline", "body", "tags", "authors"} == set(report.fields)
    assert report.fields["headline"].changed == report.outdated
    assert report.fields["tags"].changed == report.outdated - 1, "the article of two versions has one state"
    assert len(report.fields["headline"].examples) == 3
    example = report.fields["headline"].examples[0]
    assert example.old_value == f"{example.new_value} | Paper"


def test_applied_it_gives_what_the_runs_gave_with_the_times_at_which_they_saw_it(data: Path, history: Path) -> None:
    read_worse(data)
    report = read_again(data, is_applied=True)
    assert report.fields["headline"].changed == report.outdated
    assert contents(data) == contents(history)
    times = "select article_id, version, observed_at, run_id, fetch_id from fct_versions order by 1, 2"
    with tampering(data) as ours, tampering(history) as theirs:
        assert ours.execute(times).fetchall() == theirs.execute(times).fetchall()
    assert read_again(data, is_applied=True).outdated == 0


def test_a_version_that_only_an_extractor_made_goes(data: Path, history: Path) -> None:
    with tampering(data) as warehouse:
        warehouse.execute(f"update fct_versions set extractor = '{OLDER}'")
        warehouse.execute(
            "create temp table doubled as select * replace (2 as version, 'other' as content_hash) from fct_versions "
            f"where article_id not in {REVISED}"
        )
        warehouse.execute("insert into fct_versions from doubled")
        warehouse.execute(
            "insert into fct_paragraphs select p.* replace (2 as version) from fct_paragraphs as p "
            "semi join doubled using (article_id)"
        )
        warehouse.execute(
            "update dim_articles set current_version = 2, version_count = 2, content_hash = 'other' "
            "where article_id in (select article_id from doubled)"
        )
        (doubled,) = warehouse.execute("select count(*) from doubled").fetchall()[0]
    report = read_again(data, is_applied=True)
    assert report.unfounded == doubled > 1
    assert contents(data) == contents(history)


def test_texts_that_were_forgotten_stay_forgotten(data: Path) -> None:
    with tampering(data) as warehouse:
        warehouse.execute(f"update fct_versions set extractor = '{OLDER}', body = '', text_state = 'forgotten'")
    assert read_again(data, is_applied=True).outdated == 0


def test_pages_that_are_not_in_the_archive_leave_their_versions_as_they_are(data: Path) -> None:
    read_worse(data)
    for file in (data / "archive").glob("*.warc.gz"):
        file.unlink()
    before = (data / "newsledger.duckdb").read_bytes()
    report = read_again(data)
    assert (report.read, report.missing, report.fields) == (0, report.outdated, {})
    assert (data / "newsledger.duckdb").read_bytes() == before


def test_one_site_can_be_read_again_alone(data: Path) -> None:
    read_worse(data)
    assert read_again(data, site="another.example").outdated == 0
    assert read_again(data, site="paper.example").outdated > 3


class _Stopping(NoProgress):
    """Ends the command when the first batch of the archive is written."""

    def advance(self, count: int = 1) -> None:
        raise KeyboardInterrupt


def test_cut_short_it_is_ended_by_running_it_again(data: Path, history: Path) -> None:
    read_worse(data)
    whole = read_again(data).outdated
    with pytest.raises(KeyboardInterrupt):
        read_again(data, is_applied=True, progress=_Stopping())
    assert 0 < read_again(data).outdated < whole
    read_again(data, is_applied=True)
    assert contents(data) == contents(history)


def test_the_command_tells_what_would_change_and_writes_when_it_is_told_to(data: Path) -> None:
    read_worse(data)
    arguments = ["reextract", "--warehouse", str(data / "newsledger.duckdb")]
    environment = {"NEWSLEDGER_DATA_DIR": str(data)}

    def said(*more: str) -> str:
        result = CliRunner().invoke(newsledger, [*arguments, *more], env=environment, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    told = said()
    assert "headline would change in" in told
    assert '    - ["A. Machine"]' in told
    assert told.endswith("Nothing was written. Say --apply to do it.\n")
    report = json.loads(said("--json"))
    assert (report["extractor"], report["is_applied"]) == (EXTRACTOR, False)
    assert report["fields"]["headline"]["changed"] == report["outdated"]
    assert "headline changed in" in said("--apply")
    assert said() == f"Every version was read by {EXTRACTOR}: there is nothing to read again.\n"

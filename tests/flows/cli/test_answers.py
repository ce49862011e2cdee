"""Answers in SQL as JSON, CSV, Parquet and tables."""

from __future__ import annotations

import io
import json

import click
import duckdb
import pyarrow.parquet
import pytest

from flows.cli.answers import Answer

Captured = pytest.CaptureFixture[bytes]


def answered(captured: Captured, question: str, form: str) -> tuple[bytes, str]:
    """What goes to standard output and to standard error."""
    with duckdb.connect() as connection:
        answer = Answer(connection.execute(question), form, on_rows=lambda: None)
    answer.write()
    written = captured.readouterr()
    return written.out, written.err.decode()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("'nan'::double", None, id="no-number"),
        pytest.param("{'x': ['-inf'::float, 1.5]}", {"x": [None, 1.5]}, id="infinity-within"),
        pytest.param("1.50::decimal(9, 2)", 1.5, id="decimal"),
        pytest.param("12345678901234567890123456789::hugeint", 12345678901234567890123456789, id="huge"),
        pytest.param("12345678901234567890123456789::decimal(38, 2)", 12345678901234567890123456789, id="huge-decimal"),
        pytest.param("'\\x01\\xff'::blob", "01ff", id="blob"),
        pytest.param("interval '3 days'", "3 days, 0:00:00", id="interval"),
        pytest.param("map {date '2026-01-01': 1}", {"2026-01-01": 1}, id="map-of-dates"),
        pytest.param("timestamptz '2026-01-01 12:00:00+00'", "2026-01-01T12:00:00+00:00", id="time"),
        pytest.param("'\u00e9\n'", "\u00e9\n", id="text"),
        pytest.param("null", None, id="null"),
    ],
)
def test_json_holds_values_of_any_type(capsysbinary: Captured, expression: str, value: object) -> None:
    text, _ = answered(capsysbinary, f"set timezone = 'UTC'; select {expression} as a", "json")
    assert json.loads(text, parse_constant=pytest.fail) == [{"a": value}]


def test_columns_of_one_name_are_told_apart(capsysbinary: Captured) -> None:
    question = "select 1 as a, 2 as a, 3 as a_1, 4 as a"
    assert json.loads(answered(capsysbinary, question, "json")[0]) == [{"a": 1, "a_2": 2, "a_1": 3, "a_3": 4}]
    assert answered(capsysbinary, question, "csv")[0] == b"a,a_2,a_1,a_3\n1,2,3,4\n"
    table = pyarrow.parquet.read_table(io.BytesIO(answered(capsysbinary, question, "parquet")[0]))
    assert table.column_names == ["a", "a_2", "a_1", "a_3"]


def test_parquet_names_the_columns_it_cannot_hold(capsysbinary: Captured) -> None:
    with pytest.raises(click.UsageError, match=r"these columns: wait \(month_day_nano_interval\)\."):
        answered(capsysbinary, "select 1 as fine, interval '3 days' as wait", "parquet")


def test_a_value_that_cannot_be_read_is_told(capsysbinary: Captured) -> None:
    with pytest.raises(click.UsageError, match=r"too large to be read .* Cast"):
        answered(capsysbinary, "select interval '100000000 years'", "json")


def test_a_long_table_is_cut_and_says_so(capsysbinary: Captured) -> None:
    shown, told = answered(capsysbinary, "from range(300000)", "table")
    assert len(shown.splitlines()) == 1002
    assert told.startswith("300000 rows\n")
    assert "299000 are left out" in told
    assert "--format csv" in told


def test_the_other_forms_have_all_rows(capsysbinary: Captured) -> None:
    assert len(answered(capsysbinary, "from range(2500)", "csv")[0].splitlines()) == 2501
    assert len(json.loads(answered(capsysbinary, "from range(2500)", "json")[0])) == 2500

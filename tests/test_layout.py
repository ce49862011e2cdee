"""The house: imports go one way, and pure code stays pure."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "warehouse", "transforms")

FORBIDDEN = {
    "transforms": {
        "flows",
        "warehouse",
        "duckdb",
        "prefect",
        "aiohttp",
        "socket",
        "requests",
        "urllib.request",
        "time",
    },
    "warehouse": {"flows", "prefect", "aiohttp", "socket", "requests", "urllib.request"},
    "flows": set(),
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_from_flows_to_warehouse_to_transforms_only(package: str) -> None:
    offences = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imports_of(path)
        for forbidden in FORBIDDEN[package]
        if name == forbidden or name.startswith(forbidden + ".")
    ]
    assert not offences


@pytest.mark.parametrize("package", ["transforms", "warehouse"])
def test_below_flows_nobody_reads_the_clock(package: str) -> None:
    clock_calls = {"now", "utcnow", "today", "localtime", "gmtime"}
    offences = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(package)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clock_calls
    ]
    assert not offences


def test_python_holds_no_ddl() -> None:
    ddl = re.compile(
        r"\s*(create|alter|drop)\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|schema|sequence|index|macro)\b",
        re.IGNORECASE,
    )
    offences = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in modules(package)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ddl.match(node.value)
        if node.value.lstrip().lower().startswith(("create ", "alter ", "drop ", "insert into", "merge into"))
    ]
    assert not offences


def test_every_package_is_named_in_the_distribution() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert set(configured) == found


def test_every_dependency_has_an_exact_version_in_the_constraints_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {
        name.split("[")[0].split("=")[0].split(">")[0].split("<")[0].strip().lower().replace("_", "-")
        for name in wanted
    }
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    assert names <= pinned
    assert all("==" in line and "/" not in line for line in lines)


def test_the_command_line_answers_without_importing_what_it_does_not_need() -> None:
    code = (
        "import sys; sys.argv = ['newsledger', '--help']\n"
        "from flows.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'prefect', 'duckdb', 'pyarrow', 'trafilatura', 'aiohttp', 'pydantic', 'rich', 'lxml'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert answer.returncode == 0, answer.stderr

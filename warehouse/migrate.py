"""Bringing a warehouse to the schema that this code knows.

Files in schema/ are numbered, applied once each, in a transaction of their own, and never edited after a release.
Views are not migrated: all are replaced whenever the wording of one changed.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from duckdb import DuckDBPyConnection

from transforms.errors import NotAWarehouse, WarehouseTooNew
from warehouse.sql import SqlFile, sql_files, sql_text, transaction


def migrate(connection: DuckDBPyConnection, *, now: datetime) -> None:
    """Apply the schema files that `connection`'s warehouse lacks, and install the views if they changed.

    An empty database becomes a warehouse.  Raises NotAWarehouse when it holds other tables, WarehouseTooNew when a
    newer newsledger wrote it.
    """
    version = schema_version(connection)
    for file in sql_files("schema"):
        if version is None or _number(file) > version:
            with transaction(connection):
                connection.execute(file.text)
                connection.execute(
                    "insert into ops.schema_migrations values (?, ?, ?)", [_number(file), file.name, now]
                )
    if not _views_are_current(connection):
        with transaction(connection):
            for view in sql_files("views"):
                connection.execute(view.text)
            connection.execute("insert into ops.view_installations values (?, ?)", [_views_hash(), now])


def is_current(connection: DuckDBPyConnection) -> bool:
    """Whether the warehouse has all schema files and today's views; raises as `migrate` does."""
    version = schema_version(connection)
    return version == latest_schema() and _views_are_current(connection)


def lacks_schema(connection: DuckDBPyConnection) -> bool:
    """Whether a warehouse that has tables lacks schema files; raises as `migrate` does."""
    version = schema_version(connection)
    return version is not None and version < latest_schema()


def latest_schema() -> int:
    """Return the number of the last schema file."""
    return _number(sql_files("schema")[-1])


def schema_version(connection: DuckDBPyConnection) -> int | None:
    """Return the number of the last schema file applied; None for an empty database.

    Raises NotAWarehouse for a database with other tables, WarehouseTooNew for a number beyond the known ones.
    """
    other_tables, is_warehouse = connection.execute(sql_text("queries/migrate_inspect.sql")).fetchall()[0]
    if not is_warehouse:
        if other_tables:
            raise NotAWarehouse(
                f"The database holds {other_tables} tables and no newsledger schema, so it is not ours to change. "
                "Name another file with --warehouse."
            )
        return None
    found: int = connection.execute("select max(version) from ops.schema_migrations").fetchall()[0][0]
    known = latest_schema()
    if found > known:
        raise WarehouseTooNew(
            f"The warehouse has schema {found} and this newsledger knows schemas up to {known}: a newer one wrote it. "
            "Install that version, or name another file with --warehouse."
        )
    return found


def _number(file: SqlFile) -> int:
    return int(file.name.partition("_")[0])


def _views_are_current(connection: DuckDBPyConnection) -> bool:
    installed = connection.execute("select last(views_hash order by rowid) from ops.view_installations").fetchall()
    return installed == [(_views_hash(),)]


def _views_hash() -> str:
    texts = "".join(file.text for file in sql_files("views"))
    return sha256(texts.encode()).hexdigest()

"""Which files an import is about, by what they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from transforms.errors import InputError

_DOCUMENTS = (".txt",)
_PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
_WARC_FILES = (".warc", ".warc.gz")


@dataclass(slots=True, kw_only=True)
class Sources:
    """Ordinary files by kind, each in the order of its names; and a sentence for each that cannot be read."""

    documents: list[Path] = field(default_factory=list)
    pages: list[Path] = field(default_factory=list)
    warc_files: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, file: Path) -> bool:
        """Sort a file in by the ending of its name; False when it has none that is known, or cannot be read."""
        name = file.name.lower()
        for endings, files in (
            (_WARC_FILES, self.warc_files),
            (_PAGES, self.pages),
            (_DOCUMENTS, self.documents),
        ):
            if name.endswith(endings):
                try:
                    _refuse_unless_ordinary(file.stat())
                except (InputError, OSError) as error:
                    self.problems.append(f"{file}: {why(error)}")
                    return False
                files.append(file)
                return True
        return False


def find_sources(paths: Iterable[Path]) -> Sources:
    """The files that `paths` name, and those below the folders among them that can be imported.

    Raises InputError when a path does not exist, is no ordinary file, or is a folder that holds nothing.
    """
    sources = Sources()
    for path in paths:
        try:
            status = path.stat()
            is_folder = stat.S_ISDIR(status.st_mode)
            if not is_folder:
                _refuse_unless_ordinary(status)
        except FileNotFoundError:
            raise InputError(f"There is no file or folder {path}. Nothing was imported.") from None
        except (InputError, OSError, ValueError) as error:
            raise InputError(f"{path}: {why(error)} Nothing was imported.") from error
        if is_folder:
            _add_folder(sources, path)
        elif not sources.add(path):
            sources.documents.append(path)
    return sources


def why(error: Exception) -> str:
    """What kept a file from being read, as the end of a sentence."""
    return f"cannot be read ({error.strerror})." if isinstance(error, OSError) else str(error)


def _refuse_unless_ordinary(status: os.stat_result) -> None:
    """Raises InputError for pipes, sockets and devices: they may never end, or never begin."""
    if not stat.S_ISREG(status.st_mode):
        raise InputError("no ordinary file.")


def _add_folder(sources: Sources, folder: Path) -> None:
    told = len(sources.problems)

    def unreadable(error: OSError) -> None:
        sources.problems.append(f"{error.filename}: the folder {why(error)}")

    walk = os.walk(folder, onerror=unreadable)
    names = sorted(Path(below, name) for below, _, files in walk for name in files)
    found = [sources.add(file) for file in names]
    if not any(found) and len(sources.problems) == told:
        raise InputError(
            f"The folder {folder} holds no document (*.txt), page (*.html) or WARC file (*.warc.gz). "
            "Nothing was imported."
        )

"""Shelf: the files of a data folder. Reports, their sources, the list of generations, the pointer, the writer's lock.

reports/<id>.json      parsed reports: the source of truth
sources/<id>/<name>    the files they came from
generations/<id>/      immutable generations, the last two that were published
CURRENT                id of the one that serves
REMOVED                ids of reports that were removed, which no start adds again
LOCK                   held by the writer; it dies with its process
"""

import contextlib
import hashlib
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexBusy, IndexDamaged, ReportUnreadable
from index.generation import BUILDING
from index.manifest import (
    PUBLISHED,
    STAGED,
    Manifest,
    crash_point,
    flush,
    read_manifest,
    sweep_copies,
    write_atomically,
)
from index.parse import read_report
from index.report import Report
from index.report_json import report_from_json, report_to_json

log = logging.getLogger("clas_qa.index")
_KEPT_GENERATIONS = 2


class Shelf:
    """One data folder; it is created when it is first written to."""

    def __init__(self, data_dir: Path) -> None:
        """Remember where everything is; nothing is read or written yet."""
        self.generations = data_dir / "generations"
        self._data_dir = data_dir
        self._reports = data_dir / "reports"
        self._sources = data_dir / "sources"
        self._pointer = data_dir / "CURRENT"
        self._removed = data_dir / "REMOVED"

    def reports(self) -> list[Report]:
        """The parsed reports, by id; a damaged one is parsed again from its source."""
        return [self._report(path.stem) for path in self._report_files()]

    def reports_parsed_again(self) -> list[Report]:
        """All reports, parsed again from their sources.

        Raises:
            ReportError: a source is gone or cannot be parsed.
        """
        return [self._parse_source(path.stem) for path in self._report_files()]

    def report_checksums(self) -> dict[str, str]:
        """Path of each parsed report, as generations name it -> SHA-256."""
        return {f"reports/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in self._report_files()}

    def removed(self) -> set[str]:
        """Ids of the reports that somebody removed."""
        return set(self._removed.read_text().split()) if self._removed.exists() else set()

    def published(self) -> list[Path]:
        """Generations that served or serve: CURRENT first, then the newest."""
        name = self.current_name()
        folders = {path.parent.name for path in self.generations.glob(f"*/{PUBLISHED}")}
        if name is not None and (self.generations / name).is_dir():
            folders.add(name)
        ordered = sorted(folders, key=lambda folder: (folder == name, folder), reverse=True)
        return [self.generations / folder for folder in ordered]

    def current_name(self) -> str | None:
        """What CURRENT names; None where it is missing or cannot be a name."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return name if name and name == Path(name).name else None

    def current_manifest(self) -> Manifest | None:
        """Manifest of the generation that CURRENT names, None where there is no good one."""
        name = self.current_name()
        try:
            return None if name is None else read_manifest(self.generations / name)
        except IndexDamaged:
            return None

    def stamp(self) -> tuple[int, int, int] | None:
        """Something that changes whenever CURRENT is replaced; None where there is no CURRENT."""
        try:
            status = self._pointer.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_ino, status.st_size)

    def publish(
        self, name: str, reports: Sequence[Report], sources: Mapping[str, Path], removed: str | None = None
    ) -> None:
        """Make a generation current, and the reports in it those of the shelf; the caller holds the lock.

        Args:
            name: id of an audited generation.
            reports: the reports in it.
            sources: report id -> file, for the reports that are new or replaced.
            removed: id of the report that is taken out.

        Raises:
            OSError: the disk is full, or the like; CURRENT is as it was.
        """
        self._write_reports(reports, sources, removed)
        crash_point("before-swap")
        write_atomically({self._pointer: f"{name}\n".encode()})
        crash_point("after-swap")
        # The generation serves from here on: what is left to do may wait for the next writer.
        with contextlib.suppress(OSError):
            write_atomically({self.generations / name / PUBLISHED: b""})
            self._prune()

    @contextmanager
    def writing(self, wait_s: float = 0.0) -> Iterator[None]:
        """Hold the writer's lock.

        Raises:
            IndexBusy: another process, or another thread, has held it for `wait_s` seconds.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._data_dir / "LOCK", thread_local=False)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout as exc:
            raise IndexBusy("another clas-qa process is building the index; try again when it has finished") from exc
        try:
            sweep_copies(self.generations)
            for folder in (self._data_dir, self._reports, *self._sources.glob("*")):
                for staged in folder.glob(f".*{STAGED}"):
                    staged.unlink(missing_ok=True)
            yield
        finally:
            lock.release()

    def _report_files(self) -> list[Path]:
        return sorted(self._reports.glob("*.json"))

    def _report(self, report_id: str) -> Report:
        try:
            return report_from_json((self._reports / f"{report_id}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            log.warning("the parsed report %s cannot be read (%s); it is parsed again from its source", report_id, exc)
            return self._parse_source(report_id)

    def _parse_source(self, report_id: str) -> Report:
        sources = [path for path in (self._sources / report_id).glob("*") if not path.name.startswith(".")]
        if not sources:
            raise ReportUnreadable(report_id, "its stored source file is gone; add it again with `clas-qa reports add`")
        # Two only after a crash while a report was replaced by a file of another name.
        return read_report(max(sources, key=lambda path: path.stat().st_mtime_ns), report_id)

    def _write_reports(self, reports: Sequence[Report], sources: Mapping[str, Path], removed: str | None) -> None:
        gone = (self.removed() | ({removed} if removed else set())) - {report.id for report in reports}
        self._reports.mkdir(parents=True, exist_ok=True)
        write_atomically(
            {self._sources / name / path.name: path.read_bytes() for name, path in sources.items()}
            | {self._reports / f"{report.id}.json": report_to_json(report).encode() for report in reports}
            | {self._removed: "".join(f"{name}\n" for name in sorted(gone)).encode()}
        )
        for name, path in sources.items():
            for old in (self._sources / name).iterdir():
                if old.name != path.name:
                    old.unlink()
        if removed:
            (self._reports / f"{removed}.json").unlink(missing_ok=True)
            flush(self._reports)

    def _prune(self) -> None:
        kept = {folder.name for folder in self.published()[:_KEPT_GENERATIONS]}
        for folder in self.generations.iterdir():
            finished = not folder.name.startswith(".")
            if folder.name not in kept and (finished or folder.name.startswith(BUILDING)):
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self._sources.glob("*"):
            if not (self._reports / f"{folder.name}.json").exists():
                shutil.rmtree(folder, ignore_errors=True)

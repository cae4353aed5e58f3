"""Library: the reports and the generation that serves them.

Writers work one at a time and publish with one replacement; readers look at CURRENT between two questions.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from index.embed import Embedder
from index.errors import (
    IndexDamaged,
    IndexFailure,
    IndexMismatch,
    IndexMissing,
    ReportUnreadable,
    UnknownName,
)
from index.generation import Progress, audit, build_generation
from index.manifest import INDEX_SCHEMA, crash_point
from index.parse import read_report
from index.report import Report
from index.report_json import SCHEMA as PARSER_SCHEMA
from index.shelf import Shelf
from index.store import PassageIndex, check_model

log = logging.getLogger("clas_qa.index")
_START_WAIT_S = 900.0
# Files in the bundled folder that are no reports: its licence note and the like.
_NOTES = ("readme", "licence", "license", "notice", "copying", "report_notes")
_NO_REPORTS = "there are no reports; add one with `clas-qa reports add FILE`"


class Library:
    """Reports and index of one data folder; every method may be called from any thread and any process.

    Args:
        data_dir: created when it is first written to; index/shelf.py says what is in it.
        embedder: the embedder, or a function that loads it; it is loaded at the first need of it.

    Attributes:
        trouble: what is wrong with CURRENT while another generation serves, None while all is well.
    """

    def __init__(self, data_dir: Path, embedder: Embedder | Callable[[], Embedder]) -> None:
        """Read and write nothing yet."""
        self._shelf = Shelf(data_dir)
        self._load: Callable[[], Embedder] | None = embedder if callable(embedder) else None
        self._embedder: Embedder | None = None if callable(embedder) else embedder
        self._embedder_lock = threading.Lock()
        self._open_lock = threading.Lock()
        self._index: PassageIndex | None = None
        self._seen: tuple[int, int, int] | None = None
        self.trouble: str | None = None

    @property
    def embedder(self) -> Embedder:
        """The embedder, loaded once."""
        with self._embedder_lock:
            if self._embedder is None:
                assert self._load is not None
                self._embedder = self._load()
            return self._embedder

    def reports(self) -> tuple[Report, ...]:
        """The parsed reports, by id; those of `current()` unless a writer is at work."""
        return tuple(self._shelf.reports())

    def add(self, path: Path, progress: Progress | None = None) -> Report:
        """Parse a report file, build an index that holds it and make that current.

        A report with the same id is replaced. When anything fails everything stays as it was.

        Raises:
            ReportError: the file is no report.
            IndexBusy: another process is writing.
            IndexMismatch: the index was built with another model.
            IndexFailure: the index could not be built.
        """
        report = read_report(path)
        with self._shelf.writing():
            self._refuse_other_model()
            stored = {known.id: known for known in self._shelf.reports()}
            if stored.get(report.id) != report or not self._is_good():
                self._publish([*(stored | {report.id: report}).values()], {report.id: path}, progress)
        return report

    def remove(self, report_id: str, progress: Progress | None = None) -> None:
        """Take a report out of the library.

        Raises:
            UnknownName: there is no such report.
            IndexBusy, IndexMismatch, IndexFailure: as for add; the report is still there.
        """
        with self._shelf.writing():
            stored = {known.id: known for known in self._shelf.reports()}
            if report_id not in stored:
                raise UnknownName("report", report_id, sorted(stored))
            self._refuse_other_model()
            del stored[report_id]
            self._publish([*stored.values()], {}, progress, removed=report_id)

    def build(self, progress: Progress | None = None) -> str:
        """Parse every stored source again and build a new generation, whatever the present one is.

        Returns:
            Id of the new generation.

        Raises:
            ReportError, IndexBusy, IndexFailure: as for add.
            IndexMissing: there is no report.
        """
        with self._shelf.writing():
            reports = self._shelf.reports_parsed_again()
            if not reports:
                raise IndexMissing(_NO_REPORTS)
            return self._publish(reports, {}, progress)

    def ensure(self, bundled: Path, progress: Progress | None = None) -> None:
        """Make sure that there is a good index: well under a second when there is one.

        The first start adds every report file in `bundled`. Later starts build only when the index is missing, damaged,
        behind the parsed reports, or of an older parser. A start while another process builds waits for it.

        Raises:
            IndexMismatch: the index was built with another model; `build` makes a new one.
            IndexMissing: this is the first start and `bundled` holds no report.
            ReportError, IndexBusy, IndexFailure: as for add.
        """
        if self._is_good():
            return
        with self._shelf.writing(wait_s=_START_WAIT_S):
            if self._is_good():
                return
            stored = self._shelf.reports_parsed_again() if self._is_outdated() else self._shelf.reports()
            reports = {report.id: report for report in stored}
            sources: dict[str, Path] = {}
            # Without CURRENT no start has ever ended: a first start that was killed may have left some of its reports.
            if self._shelf.stamp() is None:
                removed = self._shelf.removed()
                for report, path in _read_folder(bundled):
                    if report.id not in removed and report.id not in reports:
                        reports[report.id] = report
                        sources[report.id] = path
                if not reports:
                    raise IndexMissing(_NO_REPORTS)
            self._publish([*reports.values()], sources, progress)

    def current(self) -> PassageIndex:
        """The generation that serves; one look at CURRENT when nothing has changed.

        Where CURRENT is damaged the open index goes on serving, or else the newest older good one: see `trouble`.

        Raises:
            IndexMissing: nothing has been built.
            IndexDamaged: no generation is good.
            IndexMismatch: built with another model or schema.
        """
        index = self._index
        if index is not None and self._shelf.stamp() == self._seen:
            return self._checked(index)
        # While one thread opens the new generation the others go on with the old one, where there is one.
        return self._reopened(wait=index is None)

    def _reopened(self, wait: bool) -> PassageIndex:
        if not self._open_lock.acquire(blocking=wait) and self._index is not None:
            return self._checked(self._index)
        try:
            seen = self._shelf.stamp()
            if self._index is None or seen != self._seen:
                self._index = self._open_best()
                self._seen = seen
            return self._checked(self._index)
        finally:
            self._open_lock.release()

    def _checked(self, index: PassageIndex) -> PassageIndex:
        if self._embedder is not None:
            check_model(index.manifest, self._embedder)
        return index

    def _open_best(self) -> PassageIndex:
        name = self._shelf.current_name()
        folders = self._shelf.published()
        if name is None and not folders:
            if self._index is not None:
                return self._index
            raise IndexMissing("no index has been built; start `clas-qa serve` or run `clas-qa reports build`")
        try:
            if name is None:
                raise IndexDamaged("CURRENT is missing or unreadable")
            index = PassageIndex.open(self._shelf.generations / name)
        except IndexDamaged as exc:
            if name != self._shelf.current_name():
                # A writer published another while this one was being read, and deleted it.
                return self._open_best()
            return self._open_older(exc, [folder for folder in folders if folder.name != name])
        self.trouble = None
        return index

    def _open_older(self, damage: IndexDamaged, folders: Sequence[Path]) -> PassageIndex:
        if self._index is not None:
            self.trouble = f"{damage}; generation {self._index.generation}, still open, serves"
            log.error("%s", self.trouble)
            return self._index
        for folder in folders:
            try:
                index = PassageIndex.open(folder)
            except IndexFailure as exc:
                log.error("%s", exc)
                continue
            self.trouble = f"{damage}; the older generation {folder.name} serves: rebuild with `clas-qa reports build`"
            log.error("%s", self.trouble)
            return index
        raise damage

    def _is_good(self) -> bool:
        """Whether CURRENT opens and holds the parsed reports as they are.

        Raises:
            IndexMismatch: it was built with another model.
        """
        try:
            index = self.current()
        except (IndexMissing, IndexDamaged):
            return False
        except IndexMismatch:
            if self._is_outdated():
                return False
            raise
        held = {name: digest for name, digest in index.manifest.files.items() if name.startswith("reports/")}
        return self.trouble is None and held == self._shelf.report_checksums()

    def _is_outdated(self) -> bool:
        """Whether CURRENT was written under an older schema, so that the reports must be parsed again."""
        manifest = self._shelf.current_manifest()
        return manifest is not None and (manifest.schema, manifest.parser_schema) != (INDEX_SCHEMA, PARSER_SCHEMA)

    def _refuse_other_model(self) -> None:
        manifest = self._shelf.current_manifest()
        if manifest is not None:
            check_model(manifest, self.embedder)

    def _publish(
        self,
        reports: Sequence[Report],
        sources: Mapping[str, Path],
        progress: Progress | None,
        removed: str | None = None,
    ) -> str:
        generations = self._shelf.published()
        previous = generations[0] if generations else None
        name = build_generation(reports, self._shelf.generations, self.embedder, previous, progress)
        try:
            if progress is not None:
                progress("auditing", 0, 1)
            audit(self._shelf.generations / name)
            if progress is not None:
                progress("auditing", 1, 1)
            crash_point("after-audit")
            self._shelf.publish(name, reports, sources, removed)
        except (OSError, IndexFailure) as exc:
            if self._shelf.current_name() != name:
                shutil.rmtree(self._shelf.generations / name, ignore_errors=True)
            if isinstance(exc, IndexFailure):
                raise
            raise IndexFailure(f"the index could not be written: {exc.strerror or exc}; the last one serves") from exc
        # From here on every thread of this process sees what was published.
        self._reopened(wait=True)
        return name


def _read_folder(folder: Path) -> list[tuple[Report, Path]]:
    found: dict[str, tuple[Report, Path]] = {}
    for path in sorted(folder.glob("*")):
        if not path.is_file() or path.name.startswith(".") or path.stem.lower() in _NOTES:
            continue
        report = read_report(path)
        if report.id in found:
            raise ReportUnreadable(path.name, f"is the same report as {found[report.id][1].name}; keep one of them")
        found[report.id] = (report, path)
    return list(found.values())

"""Library: the reports on disk and the generation that is current.

Parsed reports are the source of truth; CURRENT names the generation that serves. Writers work one at a time under a
lock that dies with its process, and publish with one atomic replacement; readers look at CURRENT between two questions.

    data/reports/<id>.json      parsed reports
    data/sources/<id>/<name>    the files they came from
    data/generations/<id>/      immutable generations, the last two that are good
    data/CURRENT                id of the one that serves
    data/REMOVED                ids of reports that were removed, which no start adds again
    data/LOCK                   held by the writer
"""

import hashlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.embed import Embedder
from index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexFailure,
    IndexMismatch,
    IndexMissing,
    ReportUnreadable,
    UnknownName,
)
from index.generation import BUILDING, Progress, audit, build_generation
from index.manifest import (
    AUDITED,
    INDEX_SCHEMA,
    Manifest,
    crash_point,
    flush,
    read_manifest,
    sweep_copies,
    write_atomically,
)
from index.parse import read_report
from index.report import Report
from index.report_json import SCHEMA as PARSER_SCHEMA
from index.report_json import report_from_json, report_to_json
from index.store import PassageIndex, check_model

log = logging.getLogger("clas_qa.index")
_KEPT_GENERATIONS = 2
_START_WAIT_S = 900.0
# Files in the bundled folder that are no reports: its licence note and the like.
_NOTES = ("readme", "licence", "license", "notice", "copying", "report_notes")


class Library:
    """Reports and index of one data folder; every method may be called from any thread and any process.

    Args:
        data_dir: created when it is first written to.
        embedder: the embedder, or a function that loads it; it is loaded at the first need of it.

    Attributes:
        trouble: what is wrong with CURRENT while another generation serves, None while all is well.
    """

    def __init__(self, data_dir: Path, embedder: Embedder | Callable[[], Embedder]) -> None:
        """Remember where everything is; nothing is read or written yet."""
        self._reports = data_dir / "reports"
        self._sources = data_dir / "sources"
        self._generations = data_dir / "generations"
        self._pointer = data_dir / "CURRENT"
        self._removed = data_dir / "REMOVED"
        self._data_dir = data_dir
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
        return tuple(self._stored(path.stem) for path in sorted(self._reports.glob("*.json")))

    def add(self, path: Path, progress: Progress | None = None) -> Report:
        """Parse a report file, build an index that holds it and make that current.

        A report with the same id is replaced. When anything fails everything stays as it was.

        Raises:
            ReportError: the file is no report.
            IndexBusy: another process is writing.
            IndexFailure: the index could not be built.
        """
        report = read_report(path)
        with self._writing():
            self._refuse_other_model()
            stored = {known.id: known for known in self.reports()}
            if stored.get(report.id) != report or not self._is_good():
                self._publish([*(stored | {report.id: report}).values()], {report.id: path}, progress)
        return report

    def remove(self, report_id: str, progress: Progress | None = None) -> None:
        """Take a report out of the library.

        Raises:
            UnknownName: there is no such report.
            IndexBusy, IndexFailure: as for add; the report is still there.
        """
        with self._writing():
            stored = {known.id: known for known in self.reports()}
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
        with self._writing():
            reports = self._parsed_again()
            if not reports:
                raise IndexMissing("there are no reports; add one with `clas-qa reports add FILE`")
            return self._publish(reports, {}, progress)

    def ensure(self, bundled: Path, progress: Progress | None = None) -> None:
        """Make sure that there is a good index: seconds when there is one.

        The first start adds every report file in `bundled`. Later starts build only when the index is missing, damaged,
        behind the parsed reports, or of an older parser. A start while another process builds waits for it.

        Raises:
            IndexMismatch: the index was built with another model; `build` makes a new one.
            IndexMissing: this is the first start and `bundled` holds no report.
            ReportError, IndexBusy, IndexFailure: as for add.
        """
        if self._is_good():
            return
        with self._writing(wait_s=_START_WAIT_S):
            if self._is_good():
                return
            stored = self._parsed_again() if self._is_outdated() else self.reports()
            reports = {report.id: report for report in stored}
            sources: dict[str, Path] = {}
            # Without CURRENT no start has ever ended: a first start that was killed may have left some of its reports.
            if not self._pointer.exists():
                for report, path in _read_folder(bundled):
                    if report.id not in self._removed_ids() and report.id not in reports:
                        reports[report.id] = report
                        sources[report.id] = path
                if not reports:
                    raise IndexMissing("there are no reports; add one with `clas-qa reports add FILE`")
            self._publish([*reports.values()], sources, progress)
            self.current()

    def current(self) -> PassageIndex:
        """The generation that serves; one look at CURRENT when nothing has changed.

        Where CURRENT is damaged the open index goes on serving, or else the newest older good one: see `trouble`.

        Raises:
            IndexMissing: nothing has been built.
            IndexDamaged: no generation is good.
            IndexMismatch: built with another model or schema.
        """
        seen = self._pointer_stamp()
        if self._index is not None and seen == self._seen:
            return self._checked(self._index)
        index = self._index
        if not self._open_lock.acquire(blocking=index is None) and index is not None:
            return self._checked(index)
        try:
            seen = self._pointer_stamp()
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
        name = self._current_name()
        older = [folder.name for folder in self._list_generations() if folder.name != name]
        if name is None and not older:
            if self._index is not None:
                return self._index
            raise IndexMissing("no index has been built; start `clas-qa serve` or run `clas-qa reports build`")
        try:
            if name is None:
                raise IndexDamaged("CURRENT is missing or unreadable")
            index = PassageIndex.open(self._generations / name)
        except IndexDamaged as exc:
            if name != self._current_name():
                # A writer published another while this one was being read, and deleted it.
                return self._open_best()
            return self._open_older(exc, older)
        self.trouble = None
        return index

    def _open_older(self, damage: IndexDamaged, names: Sequence[str]) -> PassageIndex:
        if self._index is not None:
            self.trouble = f"{damage}; generation {self._index.generation}, still open, serves"
            log.error("%s", self.trouble)
            return self._index
        for name in names:
            try:
                index = PassageIndex.open(self._generations / name)
            except IndexFailure:
                continue
            self.trouble = f"{damage}; the older generation {name} serves: rebuild with `clas-qa reports build`"
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
        return self.trouble is None and self._holds_stored_reports(index)

    def _holds_stored_reports(self, index: PassageIndex) -> bool:
        stored = {
            f"reports/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self._reports.glob("*.json")
        }
        held = {name: digest for name, digest in index.manifest.files.items() if name.startswith("reports/")}
        return stored == held

    def _is_outdated(self) -> bool:
        """Whether CURRENT was written under an older schema, so that the reports must be parsed again."""
        manifest = self._current_manifest()
        return manifest is not None and (manifest.schema, manifest.parser_schema) != (INDEX_SCHEMA, PARSER_SCHEMA)

    def _refuse_other_model(self) -> None:
        manifest = self._current_manifest()
        if manifest is not None:
            check_model(manifest, self.embedder)

    def _current_manifest(self) -> Manifest | None:
        name = self._current_name()
        try:
            return None if name is None else read_manifest(self._generations / name)
        except IndexDamaged:
            return None

    def _stored(self, report_id: str) -> Report:
        try:
            return report_from_json((self._reports / f"{report_id}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as exc:
            log.error("the parsed report %s is damaged (%s); it is parsed again from its source", report_id, exc)
            return self._parse_source(report_id)

    def _parse_source(self, report_id: str) -> Report:
        sources = sorted((self._sources / report_id).glob("*"))
        if not sources:
            raise ReportUnreadable(report_id, "its stored source file is gone; add it again with `clas-qa reports add`")
        return read_report(sources[0], report_id)

    def _parsed_again(self) -> list[Report]:
        return [self._parse_source(path.stem) for path in sorted(self._reports.glob("*.json"))]

    def _publish(
        self,
        reports: Sequence[Report],
        sources: Mapping[str, Path],
        progress: Progress | None,
        removed: str | None = None,
    ) -> str:
        generations = self._list_generations()
        previous = generations[0] if generations else None
        name = build_generation(reports, self._generations, self.embedder, previous, progress)
        folder = self._generations / name
        try:
            if progress is not None:
                progress("auditing", 0, 1)
            audit(folder)
            if progress is not None:
                progress("auditing", 1, 1)
            crash_point("after-audit")
            self._write_reports(reports, sources, removed)
            crash_point("before-swap")
            write_atomically({self._pointer: f"{name}\n".encode()})
        except OSError as exc:
            shutil.rmtree(folder, ignore_errors=True)
            raise IndexFailure(f"the index could not be written: {exc.strerror or exc}; the last one serves") from exc
        except IndexFailure:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        crash_point("after-swap")
        self._prune()
        return name

    def _write_reports(self, reports: Sequence[Report], sources: Mapping[str, Path], removed: str | None) -> None:
        gone = (self._removed_ids() | ({removed} if removed else set())) - {report.id for report in reports}
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

    def _removed_ids(self) -> set[str]:
        return set(self._removed.read_text().split()) if self._removed.exists() else set()

    def _prune(self) -> None:
        kept = {folder.name for folder in self._list_generations()[:_KEPT_GENERATIONS]}
        for folder in self._generations.iterdir():
            finished = not folder.name.startswith(".")
            if folder.name not in kept and (finished or folder.name.startswith(BUILDING)):
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self._sources.glob("*"):
            if not (self._reports / f"{folder.name}.json").exists():
                shutil.rmtree(folder, ignore_errors=True)

    def _list_generations(self) -> list[Path]:
        """Audited generations, CURRENT first, then the newest."""
        name = self._current_name()
        found = [path.parent for path in self._generations.glob(f"*/{AUDITED}")]
        return sorted(found, key=lambda folder: (folder.name == name, folder.name), reverse=True)

    def _current_name(self) -> str | None:
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return name if name and name == Path(name).name else None

    def _pointer_stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._pointer.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_ino, status.st_size)

    @contextmanager
    def _writing(self, wait_s: float = 0.0) -> Iterator[None]:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._data_dir / "LOCK", thread_local=False)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout as exc:
            raise IndexBusy("another clas-qa process is building the index; try again when it has finished") from exc
        try:
            if self._generations.is_dir():
                sweep_copies(self._generations)
            yield
        finally:
            lock.release()


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

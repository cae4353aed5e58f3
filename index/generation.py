"""build_generation writes a generation; audit proves it, in a process of its own, before anybody is served from it.

A damaged Chroma folder can kill whoever opens it, and count() proves nothing: so each passage must find itself.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.embed import Embedder
from index.errors import ClasQAError, IndexDamaged, IndexFailure
from index.lexical import LEXICAL, LexicalIndex
from index.manifest import (
    INDEX_SCHEMA,
    Manifest,
    checksums,
    crash_point,
    flush,
    write_manifest,
)
from index.report import Report
from index.report_json import SCHEMA as PARSER_SCHEMA
from index.report_json import report_to_json
from index.store import PassageIndex, write_chroma
from index.vectors import embed_passages, known_vectors

Progress = Callable[[str, int, int], None]
BUILDING = ".building-"
_AUDIT_TIMEOUT_S = 1800


def build_generation(
    reports: Sequence[Report],
    folder: Path,
    embedder: Embedder,
    previous: Path | None = None,
    progress: Progress | None = None,
) -> str:
    """Write a new generation, complete and flushed to disk, but neither audited nor current.

    Args:
        reports: all reports that it will hold.
        folder: the folder of generations; the new one becomes `folder / id`.
        embedder: gives the vectors that `previous` does not have.
        previous: an older generation whose vectors are used again where digest and model are the same.
        progress: called with (stage, done, total).

    Returns:
        Id of the generation.

    Raises:
        IndexFailure: it could not be written; nothing is left of it.
    """
    ordered = sorted(reports, key=lambda report: report.id)
    generation = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"
    building = folder / f"{BUILDING}{generation}"
    try:
        building.mkdir(parents=True)
        _write_files(ordered, building, generation, embedder, previous, progress)
        crash_point("after-build")
        building.rename(folder / generation)
        flush(folder)
    except OSError as exc:
        raise IndexFailure(f"the index could not be written: {exc.strerror or exc}; the last one still serves") from exc
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return generation


def _write_files(
    reports: Sequence[Report],
    building: Path,
    generation: str,
    embedder: Embedder,
    previous: Path | None,
    progress: Progress | None,
) -> None:
    report_progress = progress or (lambda stage, done, total: None)
    passages = [passage for report in reports for passage in report.passages]
    if len({passage.id for passage in passages}) != len(passages):
        raise IndexFailure("two passages bear the same id; please report this with the report that caused it")
    vectors = embed_passages(
        passages,
        embedder,
        known_vectors(previous, embedder),
        lambda done, total: report_progress("embedding", done, total),
    )
    vectors.save(building)
    (building / "reports").mkdir()
    for report in reports:
        (building / "reports" / f"{report.id}.json").write_text(report_to_json(report), encoding="utf-8")
    LexicalIndex.build([passage.embedding_text for passage in passages]).save(building / LEXICAL)
    report_progress("indexing", 0, len(passages))
    write_chroma(building, passages, vectors.passage_vectors)
    report_progress("indexing", len(passages), len(passages))
    write_manifest(
        building,
        Manifest(
            generation=generation,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            schema=INDEX_SCHEMA,
            parser_schema=PARSER_SCHEMA,
            model=embedder.name,
            model_checksum=embedder.checksum,
            dimension=embedder.dimension,
            passages=len(passages),
            sentences=len(vectors.sentence_spans),
            digests={passage.id: passage.digest for passage in passages},
            sources={report.id: report.source_sha256 for report in reports},
            files=checksums(building),
        ),
    )


def audit(folder: Path) -> None:
    """Prove a generation in a child process, so that a folder that crashes its reader cannot crash this one.

    Every file has its checksum, ids and digests are those of the parsed reports, every passage finds itself first (or
    one with an equal vector), and BM25 has a row for each passage.

    Raises:
        IndexDamaged: it does not pass; `missing` names the passages or files.
    """
    command = [sys.executable, "-m", "index.generation", str(folder.resolve())]
    project = Path(__file__).resolve().parent.parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(project), os.environ.get("PYTHONPATH", "")])}
    try:
        child = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=_AUDIT_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise IndexDamaged(f"generation {folder.name}: its audit did not end in {_AUDIT_TIMEOUT_S} s") from exc
    if child.returncode < 0:
        raise IndexDamaged(f"generation {folder.name}: its audit was killed by signal {-child.returncode}")
    try:
        verdict = json.loads(child.stdout.splitlines()[-1])
    except (ValueError, IndexError) as exc:
        raise IndexDamaged(f"generation {folder.name}: its audit ended with status {child.returncode}") from exc
    if verdict["fault"]:
        raise IndexDamaged(verdict["fault"], verdict["missing"])


def check_generation(folder: Path) -> None:
    """The checks of `audit`, in this process.

    Raises:
        IndexDamaged: the generation does not pass.
    """
    index = PassageIndex.open(folder)
    try:
        name = f"generation {index.generation}"
        digests = {passage.id: passage.digest for passage in index.passages}
        if wrong := _differing(digests, index.manifest.digests):
            raise IndexDamaged(f"{name}: {len(wrong)} passages are not those of its reports", wrong)
        if wrong := _differing(digests, index.stored_digests()):
            raise IndexDamaged(f"{name}: Chroma lacks {len(wrong)} passages or holds others", wrong)
        if not np.allclose(np.linalg.norm(index.vectors, axis=1), 1, atol=1e-3):
            raise IndexDamaged(f"{name}: its vectors are not unit vectors")
        if index.lexical_size != len(index.passages):
            raise IndexDamaged(f"{name}: BM25 holds {index.lexical_size} of {len(index.passages)} passages")
        if lost := index.unreachable():
            raise IndexDamaged(f"{name}: {len(lost)} passages do not find themselves", lost)
    finally:
        index.close()


def _differing(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _main(folder: Path) -> None:
    verdict: dict[str, object] = {"fault": "", "missing": []}
    try:
        check_generation(folder)
    except ClasQAError as exc:
        verdict = {"fault": str(exc), "missing": list(getattr(exc, "missing", ()))}
    sys.stdout.write(json.dumps(verdict) + "\n")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))

"""Manifest of a generation: what it was built from and the SHA-256 of each of its files.

Nothing in a generation is read before its bytes have proved to be those that were audited: a flipped bit in a Chroma
folder can crash the process that opens it. Chroma writes to a folder that it merely reads, so it gets a private copy.
"""

import hashlib
import json
import os
import shutil
import signal
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexDamaged

INDEX_SCHEMA = 2
MANIFEST = "manifest.json"
PUBLISHED = "published"
STAGED = ".part"
COPIES = ".open"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Facts of one generation.

    Attributes:
        generation: its id, also the name of its folder.
        created: UTC, ISO 8601.
        schema: INDEX_SCHEMA at the time.
        parser_schema: schema of the parsed reports in it.
        model, model_checksum, dimension: the embedder.
        digests: passage id -> Passage.digest, in row order.
        sources: report id -> SHA-256 of its source file.
        files: path inside the generation -> SHA-256.
    """

    generation: str
    created: str
    schema: int
    parser_schema: int
    model: str
    model_checksum: str
    dimension: int
    passages: int
    sentences: int
    digests: Mapping[str, str]
    sources: Mapping[str, str]
    files: Mapping[str, str]

    def read(self, folder: Path, name: str) -> bytes:
        """Content of one file of the generation in `folder`.

        Raises:
            IndexDamaged: it is missing or not what was written.
        """
        expected = self.files.get(name)
        try:
            content = (folder / name).read_bytes()
        except OSError as exc:
            raise IndexDamaged(f"generation {self.generation}: {name} cannot be read", [name]) from exc
        if hashlib.sha256(content).hexdigest() != expected:
            raise IndexDamaged(f"generation {self.generation}: {name} is not the file that was written", [name])
        return content


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json with its own checksum and flush the whole generation to disk."""
    body = asdict(manifest)
    text = json.dumps({"checksum": _checksum(body), **body}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in [*folder.rglob("*"), folder]:
        flush(path)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the generation in `folder`.

    Raises:
        IndexDamaged: it is missing, cut or changed.
    """
    try:
        body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        checksum = body.pop("checksum")
        manifest = Manifest(**body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise IndexDamaged(f"generation {folder.name}: {MANIFEST} cannot be read", [MANIFEST]) from exc
    if checksum != _checksum(body):
        raise IndexDamaged(f"generation {folder.name}: {MANIFEST} is not the file that was written", [MANIFEST])
    return manifest


def checksums(folder: Path) -> dict[str, str]:
    """Path inside `folder` -> SHA-256, for every file in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def flush(path: Path) -> None:
    """Force a file or a folder entry to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(contents: Mapping[Path, bytes]) -> None:
    """Replace files so that a reader, or a crash at any moment, sees each with its old content or its new, no part.

    All are written and flushed before the first is replaced: a full disk changes nothing.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged[path] = path.with_name(f".{path.name}.{uuid.uuid4().hex}{STAGED}")
            staged[path].write_bytes(content)
            flush(staged[path])
        for path, temporary in staged.items():
            temporary.replace(path)
            crash_point(f"replaced-{path.name}")
        for parent in {path.parent for path in contents}:
            flush(parent)
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def crash_point(name: str) -> None:
    """Die here, as by a power cut, when a test named this point in CRASH_POINT_CLAS."""
    if os.environ.get("CRASH_POINT_CLAS") == name:
        os.kill(os.getpid(), signal.SIGKILL)


class PrivateCopy:
    """Checked copy of some subfolders of a generation, for libraries that write where they read.

    A lock file beside it is held while it is in use: so `sweep_copies` knows what a killed process left.
    """

    def __init__(self, folder: Path, manifest: Manifest, subfolders: tuple[str, ...]) -> None:
        """Copy the files of `folder` that lie in `subfolders`; IndexDamaged where one is not what the manifest says."""
        root = folder.parent / COPIES
        root.mkdir(parents=True, exist_ok=True)
        self.folder = root / uuid.uuid4().hex
        self._lock = FileLock(self.folder.with_suffix(".lock"), thread_local=False)
        self._lock.acquire()
        try:
            for name in manifest.files:
                if name.startswith(subfolders):
                    target = self.folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(manifest.read(folder, name))
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Delete the copy."""
        _remove_copy(self.folder, self._lock)


def sweep_copies(generations: Path) -> None:
    """Delete the private copies that killed processes left."""
    for path in (generations / COPIES).glob("*.lock"):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        _remove_copy(path.with_suffix(""), lock)


def _remove_copy(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()


def _checksum(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

"""The command line, run in a process of its own that is forked from one which has imported the libraries: a run costs no imports.

A few tests start it with `python` as well (tests/test_readme.py), so that what an import does is seen.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FORKED = multiprocessing.get_context("forkserver")
# What a command imports when it needs it, most of a run's time.
_FORKED.set_forkserver_preload(
    ["cli", "doctor", "proofread", "peft", "sentence_transformers", "rag.answer", "rag.generate"]
)


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    returncode: int
    stdout: str
    stderr: str


def command_line(*words: str, environment: Mapping[str, str], within_s: float = 300.0) -> Done:
    """Run `clas-qa` with these words and this whole environment, to its end.

    Raises:
        AssertionError: it has not ended in time; it is killed.
    """
    with tempfile.TemporaryDirectory(prefix="clas-qa-command-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _FORKED.Process(target=_run, args=(words, dict(environment), str(out), str(err)))
        process.start()
        process.join(within_s)
        if process.is_alive():
            process.kill()
            process.join()
            raise AssertionError(f"clas-qa {' '.join(words)} has not ended within {within_s} s")
        assert process.exitcode is not None
        return Done(process.exitcode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def _run(words: tuple[str, ...], environment: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["clas-qa", *words]
    from cli import main

    main()

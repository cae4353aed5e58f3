"""A real process that writes to a library: python -m tests.index.writer DATA COMMAND [ARGUMENT...].

Commands: ensure FOLDER, add FILE..., remove ID, build; prints "done", or the name of the error and its message.
"""

import sys
from pathlib import Path

from index.embed import Embedder, load_embedder
from index.errors import ClasQAError
from index.library import Library
from tests.fakes import WordEmbedder


def main(data: str, command: str, *arguments: str) -> int:
    real = command.startswith("real-")
    embedder: Embedder = load_embedder("bundled") if real else WordEmbedder()
    library = Library(Path(data), embedder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        match command.removeprefix("real-"):
            case "ensure":
                library.ensure(Path(arguments[0]))
            case "add":
                for path in arguments:
                    library.add(Path(path))
            case "remove":
                library.remove(arguments[0])
            case "build":
                library.build()
    except ClasQAError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        return 1
    sys.stdout.write("done\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

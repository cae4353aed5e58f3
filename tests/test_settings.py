"""Settings: what is wrong is told in one line that names the variable and never its value."""

import traceback
from pathlib import Path

import pytest

from app import open_writer
from settings import Settings, SettingsError, load_settings

CANARY = "sk-canary-5e02aa"
PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
MODEL = {"CLAS_QA_LLM_URL": "http://127.0.0.1:9/v1", "CLAS_QA_LLM_MODEL": "m"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [f"CLAS_QA_{field.upper()}" for field in Settings.model_fields]:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """What is said of these variables, proved to be one line, and not to hold the canary anywhere."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        open_writer(load_settings())
    told = str(caught.value)
    assert "\n" not in told
    assert CANARY not in told + "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    return told


def test_without_variables_there_is_no_language_model() -> None:
    settings = load_settings()
    assert (settings.llm_url, settings.llm_model, settings.llm_api_key, settings.nli) == (None, None, None, "none")
    assert (settings.llm_timeout_s, settings.llm_max_tokens, settings.llm_context_window) == (60, 800, 8192)
    assert (settings.llm_samples, settings.llm_judge, settings.llm_stream) == (1, False, True)
    assert (settings.llm_concurrency, settings.llm_queue) == (4, 16)
    assert settings.prompts_dir == PROMPTS
    assert open_writer(settings) is None


def test_a_variable_that_is_set_to_nothing_is_not_set(nothing_set: pytest.MonkeyPatch) -> None:
    for name in ("LLM_URL", "LLM_MODEL", "LLM_API_KEY", "LLM_CA_FILE", "PORT"):
        nothing_set.setenv(f"CLAS_QA_{name}", "")
    assert load_settings() == Settings()


def test_a_language_model_is_opened_as_it_is_configured(nothing_set: pytest.MonkeyPatch) -> None:
    more = {"API_KEY": CANARY, "TIMEOUT_S": "12.5", "MAX_TOKENS": "300", "CONTEXT_WINDOW": "4096", "SAMPLES": "3"}
    for name, value in {**more, "JUDGE": "true", "STREAM": "false"}.items():
        nothing_set.setenv(f"CLAS_QA_LLM_{name}", value)
    for name, value in MODEL.items():
        nothing_set.setenv(name, value)
    settings = load_settings()
    assert CANARY not in repr(settings) + str(settings) + str(settings.model_dump())
    writer = open_writer(settings)
    assert writer is not None
    assert (writer.samples, writer.judge) == (3, True)
    model = writer.model
    assert (model.name, model.timeout_s, model.max_tokens, model.context_window) == ("m", 12.5, 300, 4096)
    assert not model.stream
    assert CANARY not in repr(writer)


@pytest.mark.parametrize(("given", "missing"), [("LLM_URL", "LLM_MODEL"), ("LLM_MODEL", "LLM_URL")])
def test_address_and_name_belong_together(nothing_set: pytest.MonkeyPatch, given: str, missing: str) -> None:
    told = refusal(nothing_set, **{f"CLAS_QA_{given}": "x", "CLAS_QA_LLM_API_KEY": CANARY})
    assert told.startswith(f"CLAS_QA_{given} is set and CLAS_QA_{missing} is not")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_TIMEOUT_S", "inf"),
        ("LLM_TIMEOUT_S", CANARY),
        ("LLM_MAX_TOKENS", "-1"),
        ("LLM_MAX_TOKENS", "8192"),
        ("LLM_CONTEXT_WINDOW", "800"),
        ("LLM_SAMPLES", "9"),
        ("LLM_SAMPLES", "0"),
        ("LLM_JUDGE", "perhaps"),
        ("LLM_CONCURRENCY", "0"),
        ("LLM_QUEUE", "-1"),
        ("LLM_STREAM", CANARY),
        ("LLM_URL", "ftp://127.0.0.1/v1"),
        ("LLM_URL", f"http://user:{CANARY}@127.0.0.1/v1"),
        ("LLM_URL", f"http://127.0.0.1/v1?key={CANARY}"),
        ("LLM_API_KEY", f"{CANARY} with a space"),
        ("LLM_CA_FILE", "/no/such/file.pem"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(nothing_set: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert f"CLAS_QA_{name}" in refusal(nothing_set, **{**MODEL, f"CLAS_QA_{name}": value})


def test_an_unknown_variable_is_told_with_the_known_ones(nothing_set: pytest.MonkeyPatch) -> None:
    told = refusal(nothing_set, CLAS_QA_LLM_KEY=CANARY)
    assert told.startswith("unknown setting CLAS_QA_LLM_KEY; known: ")
    assert "CLAS_QA_LLM_API_KEY" in told


@pytest.mark.parametrize("model", [{}, MODEL], ids=["without a model", "with one"])
@pytest.mark.parametrize("fault", ["missing", "broken"])
def test_a_prompt_that_cannot_be_used_is_named(
    nothing_set: pytest.MonkeyPatch, tmp_path: Path, fault: str, model: dict[str, str]
) -> None:
    for file in PROMPTS.glob("*.j2"):
        text = file.read_text(encoding="utf-8")
        if file.name == "judge.md.j2":
            if fault == "missing":
                continue
            text += "{% for passage in passages %}"
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    told = refusal(nothing_set, **model, CLAS_QA_PROMPTS_DIR=str(tmp_path))
    assert "CLAS_QA_PROMPTS_DIR" in told
    assert "judge.md.j2" in told

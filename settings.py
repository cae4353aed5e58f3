"""Everything that can be configured, read from CLAS_QA_* variables; a malformed value or an unknown name stops the start."""

import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import ClasQAError

PREFIX = "CLAS_QA_"
PROJECT = Path(__file__).resolve().parent


class SettingsError(ClasQAError):
    """A setting is unknown, malformed or of no use; the message names it and says what to do, and never holds its value."""


class Settings(BaseSettings):
    """Settings of one running clas-qa. A variable that is set to nothing is not set."""

    # An address may hold a password where none belongs, so no value is repeated in an error.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(PROJECT / "data", description="folder of parsed reports and index generations")
    reports_dir: Path = Field(PROJECT / "reports", description="folder whose report files are added at the first start")
    host: str = Field("127.0.0.1", description="address to listen on; only loopback is served without keys")
    port: int = Field(7860, ge=0, le=65535, description="TCP port to listen on")
    embedding_model: str = Field(
        "bundled",
        description="'bundled' (all-MiniLM-L6-v2 with its adapter), 'bundled-unadapted', or a local folder or cached hub name",
    )
    reranker: str = Field("none", description="'none', or a local folder or cached hub name of a CrossEncoder")
    nli: str = Field("none", description="'none', or a local folder or cached hub name of an NLI CrossEncoder")
    llm_url: str | None = Field(
        None, repr=False, description="base of an OpenAI-compatible API, mostly ending in /v1; none: no language model"
    )
    llm_model: str | None = Field(None, description="the language model's name, as its server knows it")
    llm_api_key: SecretStr | None = Field(None, description="sent as a bearer token; shown nowhere")
    llm_timeout_s: float = Field(
        60.0, gt=0, le=3600, allow_inf_nan=False, description="seconds for all calls of one answer together"
    )
    llm_max_tokens: int = Field(800, ge=1, description="tokens of the longest reply")
    llm_context_window: int = Field(8192, ge=2, description="tokens of prompt and reply together")
    llm_samples: int = Field(1, ge=1, le=8, description="drafts of an answer, the best of which is taken")
    llm_judge: bool = Field(False, description="whether the model also judges each sentence that passed the check")
    llm_concurrency: int = Field(4, ge=1, description="calls of the language model at once")
    llm_queue: int = Field(16, ge=0, description="calls that may wait for one of these")
    llm_stream: bool = Field(True, description="whether replies are asked for in pieces")
    llm_ca_file: Path | None = Field(None, description="PEM file of an authority to trust beside the system's")
    prompts_dir: Path = Field(PROJECT / "prompts", description="folder of the language model's prompts")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """What only makes sense together."""
        url, model = f"{PREFIX}LLM_URL", f"{PREFIX}LLM_MODEL"
        if (self.llm_url is None) != (self.llm_model is None):
            given, missing = (model, url) if self.llm_url is None else (url, model)
            raise ValueError(f"{given} is set and {missing} is not; set both for a language model, neither for none")
        if self.llm_max_tokens >= self.llm_context_window:
            raise ValueError(
                f"{PREFIX}LLM_MAX_TOKENS leaves no room for a prompt; set it below {PREFIX}LLM_CONTEXT_WINDOW"
            )
        return self


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a value is malformed, two do not go together, or a CLAS_QA_ variable is not a setting; one line that names them.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        faults = [(fault["loc"], fault["msg"]) for fault in error.errors(include_input=False, include_context=False)]
    # Raised outside of the block above: the error of pydantic holds the values.
    raise SettingsError("; ".join(_told(loc, message) for loc, message in faults))


def _told(loc: tuple[int | str, ...], message: str) -> str:
    """One fault in words: the variable and what is wrong with it."""
    words = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(loc[0]).upper()} is malformed: {words[0].lower()}{words[1:]}" if loc else words

"""Everything that can be configured, read from CLAS_QA_* variables; a malformed value or an unknown name stops the start."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import ClasQAError

PREFIX = "CLAS_QA_"
PROJECT = Path(__file__).resolve().parent


class SettingsError(ClasQAError):
    """A setting is unknown or malformed."""


class Settings(BaseSettings):
    """Settings of one running clas-qa."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    data_dir: Path = Field(PROJECT / "data", description="folder of parsed reports and index generations")
    reports_dir: Path = Field(PROJECT / "reports", description="folder whose report files are added at the first start")
    host: str = Field("127.0.0.1", description="address to listen on; only loopback is served without keys")
    port: int = Field(7860, ge=0, le=65535, description="TCP port to listen on")
    embedding_model: str = Field(
        "bundled",
        description="'bundled' (all-MiniLM-L6-v2 with its adapter), 'bundled-unadapted', or a local folder or cached hub name",
    )
    reranker: str = Field("none", description="'none', or a local folder or cached hub name of a CrossEncoder")


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a value is malformed, or a CLAS_QA_ variable is not a setting; names them and lists the known ones.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValueError as exc:
        raise SettingsError(f"malformed setting: {exc}") from exc

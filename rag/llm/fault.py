"""What may go wrong between clas-qa and a language model, as one error with a closed list of kinds."""

from enum import StrEnum

from index.errors import ClasQAError


class FaultKind(StrEnum):
    """Why a call of the model gave no whole reply."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    KEY_REFUSED = "key_refused"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CUT = "cut"
    LENGTH = "length"
    EMPTY = "empty"
    NOT_JSON = "not_json"
    BAD_REPLY = "bad_reply"
    BUSY = "busy"
    RESTING = "resting"
    TOO_LONG = "too_long"


_PUBLIC = {
    FaultKind.UNREACHABLE: "the language model's server cannot be reached",
    FaultKind.TLS: "the language model's server could not prove who it is",
    FaultKind.KEY_REFUSED: "the language model's server does not accept this service",
    FaultKind.RATE_LIMITED: "the language model's server takes no more questions just now",
    FaultKind.SERVER_ERROR: "the language model's server failed",
    FaultKind.TIMEOUT: "the language model took too long",
    FaultKind.CUT: "the language model's reply broke off",
    FaultKind.LENGTH: "the language model's reply grew too long and was cut",
    FaultKind.EMPTY: "the language model replied with nothing",
    FaultKind.NOT_JSON: "the language model's server sent something that is no reply",
    FaultKind.BAD_REPLY: "the language model's server sent something that is no whole reply",
    FaultKind.BUSY: "too many questions are waiting for the language model",
    FaultKind.RESTING: "the language model failed several times and is left alone for a moment",
    FaultKind.TOO_LONG: "the passages do not fit into what the language model can read at once",
}
# A second try of the same call may succeed.
_RETRYABLE = frozenset(
    {FaultKind.UNREACHABLE, FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.TIMEOUT, FaultKind.CUT}
)
# The fault tells of the server, not of this one question or of how busy this service is.
_OF_THE_SERVER = frozenset(FaultKind) - {FaultKind.LENGTH, FaultKind.BUSY, FaultKind.RESTING, FaultKind.TOO_LONG}


class ModelFailed(ClasQAError):
    """A call of the language model gave no whole reply.

    The message is for whoever runs the service; neither it nor `public` ever holds the key, the address, a path, or words that the
    server sent, since a server may send any of these back.

    Attributes:
        kind: what went wrong.
        retryable: whether the same call may succeed when tried again.
        retry_after: seconds that the server, or the breaker, asks to wait; None where nobody said.
        public: plain words for a reader, without a full stop.
    """

    def __init__(self, kind: FaultKind, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{_PUBLIC[kind]} ({detail})" if detail else _PUBLIC[kind])
        self.kind = kind
        self.retryable = kind in _RETRYABLE
        self.retry_after = retry_after
        self.public = _PUBLIC[kind]

    @property
    def of_the_server(self) -> bool:
        """Whether it counts against the server when the breaker decides."""
        return self.kind in _OF_THE_SERVER

"""The headers that every response carries: nothing is loaded from, sent to or framed by another site."""

import re

from starlette.types import Scope

PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# Gradio's page is made of inline scripts and compiles its templates; nothing of it comes from or goes elsewhere.
CHAT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)

CHAT_PAGES = re.compile(r"/|/(?:static|assets|svelte|gradio_api)/.*")


def response_headers(scope: Scope) -> dict[str, str]:
    """Headers that every response carries, whoever made it.

    A page with a style element of its own leaves that element's SHA-256, in base 64, as `style_sha256` in the request's state.
    """
    policy = CHAT_POLICY if CHAT_PAGES.fullmatch(scope["path"]) else PLAIN_POLICY
    if style_sha256 := scope["state"].get("style_sha256"):
        policy = policy.replace("style-src 'self'", f"style-src 'self' 'sha256-{style_sha256}'")
    return {
        "X-Request-ID": scope["state"]["request_id"],
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }

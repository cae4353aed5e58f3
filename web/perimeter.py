"""What is checked before any endpoint sees a request.

Gradio mounted as it comes accepts uploads, fetches addresses for the caller and reflects any Origin.
"""

import re
import uuid
from collections.abc import Iterable

from fastapi import FastAPI, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import problems
from web.headers import response_headers

API_BODY_BYTES = 64 * 1024
# The chat sends its whole conversation back with every turn.
CHAT_BODY_BYTES = 1024 * 1024
DISCARDED_BYTES = 8 * 1024 * 1024

# All that the chat page needs of Gradio. Uploads, file=, proxy=, component_server and its API's description stay shut.
CHAT_DOORS = re.compile(
    r"/|/config/?|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/(?:static|assets|svelte)/[^\0]*"
    r"|/gradio_api/(?:queue/(?:join|data)|cancel|reset/?|theme\.css|startup-events|heartbeat/[\w-]+)"
)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Perimeter:
    """Outermost middleware: request id, known Host, no writing from other sites, bounded bodies, response headers."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """Around `app`; `hosts` are the names it goes by, as in the Host header without a port."""
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with a request id and the headers added."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        offered = headers.get("x-request-id", "")
        scope.setdefault("state", {})["request_id"] = offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(response_headers(scope))
            await send(message)

        refused = self.refusal(Request(scope), headers)
        if refused:
            await discard(receive)
            await problems.respond(Request(scope), refused)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)

    def refusal(self, request: Request, headers: Headers) -> problems.Problem | None:
        """Why this request goes no further, or None."""
        if host_name(headers.get("host", "")) not in self.hosts:
            return problems.problem(request, 400, "Unknown host", "This service does not go by the name in Host.")
        if request.method not in SAFE_METHODS and is_cross_site(headers):
            return problems.problem(request, 403, "Cross-site request", "Pages of other sites may not post here.")
        limit = API_BODY_BYTES if request.scope["path"].startswith("/api/") else CHAT_BODY_BYTES
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return problems.problem(request, 400, "Bad request", "Content-Length is not a number.")
        if int(length) > limit:
            return problems.problem(request, 413, "Body too large", f"A body may have {limit} bytes.", limit=limit)
        return None


async def discard(receive: Receive) -> None:
    """Read what is being sent, to a bound: a client that is still sending when the connection closes never sees why."""
    left = DISCARDED_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def install(app: FastAPI, hosts: Iterable[str]) -> None:
    """Put the perimeter around the app, and keep Gradio from answering foreign origins itself."""
    # With no origins this middleware allows none; its presence stops Gradio from adding its own, which reflects any.
    app.add_middleware(CORSMiddleware, allow_origins=())
    app.add_middleware(Perimeter, hosts=hosts)


def host_name(host: str) -> str:
    """The name in a Host header or origin, without its port: "[::1]:7860" gives "[::1]"."""
    return re.sub(r":\d+$", "", host.lower())


def is_cross_site(headers: Headers) -> bool:
    """Whether a page of another origin sent it. Browsers say so on HTTPS and loopback, else give the Origin."""
    if fetched := headers.get("sec-fetch-site"):
        return fetched not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower()


def only_chat_doors(parent: FastAPI, chat: ASGIApp) -> ASGIApp:
    """The mounted chat, reachable only by CHAT_DOORS; all else that no route of the parent serves is 404, or 405."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        # The last route is the chat itself, mounted at the root: it would match everything.
        ours = parent.router.routes[:-1]
        allowed = [method for method in METHODS if serves(ours, {**scope, "method": method})]
        if allowed:
            raise HTTPException(405, f"{scope['method']} is not a method of {path}.", {"Allow": ", ".join(allowed)})
        # Gradio reads saved pages from disk for ?deep_link=.
        if not CHAT_DOORS.fullmatch(path) or b"deep_link" in scope.get("query_string", b""):
            raise HTTPException(404, "Nothing is served at this address.")
        await chat(scope, receive, send)

    return guarded


def serves(routes: Iterable[BaseRoute], scope: Scope) -> bool:
    """Whether any of these routes answers this method at this path."""
    return any(route.matches(scope)[0] is Match.FULL for route in routes)

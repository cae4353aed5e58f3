"""What the API's routes share: JSON bodies only, the service, and the problems they may answer with."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from web import problems
from web.perimeter import API_BODY_BYTES
from web.service import Service, service_of

MEANINGS = {
    400: "The body cannot be read",
    404: "A name that no loaded report has; `known` lists those there are",
    409: "A bare number that names two passages; `passages` lists both",
    413: f"The body has more than {API_BODY_BYTES} bytes",
    415: "The body is not application/json",
    422: "Something in the request does not fit",
    503: "The index cannot answer now",
}


def some(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that one endpoint may answer with."""
    return {status: {"model": problems.Problem, "description": MEANINGS[status]} for status in statuses}


class JsonRoute(APIRoute):
    """A route whose body is plain JSON: a form of another site cannot send that."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind a look at what the body is said to be."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            encoding = request.headers.get("content-encoding", "identity")
            if request.method == "POST" and (media_type != "application/json" or encoding != "identity"):
                raise HTTPException(415, "Send application/json, uncompressed.")
            return await handle(request)

        return guarded


ServiceNow = Annotated[Service, Depends(service_of)]

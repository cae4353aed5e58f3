"""The page of the committed eval run at /eval: a ready file that is shown with the site's navigation on top."""

import base64
import hashlib
import re
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from web import markup, problems

PATH = "/eval"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def install(app: FastAPI, page: Path) -> None:
    """Serve this file; it is read at every request, for a new run may replace it."""

    @app.get(PATH, include_in_schema=False)
    def evaluation(request: Request) -> Response:
        try:
            html = page.read_text(encoding="utf-8")
        except FileNotFoundError:
            return problems.respond(request, no_run(request))
        if style := _STYLE.search(html):
            # The file is one piece, to be read from disk too, so its style stands in it; the policy allows that one by its hash.
            request.state.style_sha256 = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        # Here the navigation leads somewhere; in the file itself it would not.
        shown = html.replace("<main", markup.site_header(PATH) + "<main", 1)
        tag = f'"{hashlib.sha256(shown.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(shown, headers=headers)


def no_run(request: Request) -> problems.Problem:
    """What is told where no run has been committed."""
    return problems.problem(
        request,
        404,
        "No run of the eval to show",
        "This copy holds no committed run. In a checkout, “python -m eval run” asks the gold questions and “python -m eval "
        "baseline” keeps that run; its page is then shown here.",
    )

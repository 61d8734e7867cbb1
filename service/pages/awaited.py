"""What a page shows while its figures are counted for the first time."""

from typing import Any

from litestar import Response

from service.figures.keeping import Awaited
from service.pages.page import View

LOOK_AGAIN = {"Refresh": "3"}  # seconds, without a script


def awaited(view: View, template: str, wait: Awaited, **content: Any) -> Response[str]:  # noqa: ANN401 - a template's own
    """Say that a worker counts, or is about to, and look again."""
    page = view.page(template, begun=wait.begun, **content)
    page.headers.update(LOOK_AGAIN)
    return page

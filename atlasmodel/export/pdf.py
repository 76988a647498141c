"""Write the report as PDF: the HTML report through its print style (extra `pdf`)."""

from __future__ import annotations

from atlasmodel.assessment import Assessment
from atlasmodel.errors import MissingTool, Problem
from atlasmodel.export.html.page import page
from atlasmodel.plan import Plan


def pdf(assessment: Assessment, *, plan: Plan | str | None = None) -> bytes:
    """Report as PDF, made from the HTML report (extra `pdf`); options as for html."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError):  # OSError: the library is there and Pango is not
        hint = "pip install 'atlasmodel[pdf]'; it needs Pango too: apt install libpango-1.0-0 libpangoft2-1.0-0"
        raise MissingTool(Problem("AM314", "WeasyPrint cannot be used", hint=hint)) from None

    return bytes(HTML(string=page(assessment, plan, paper=True), url_fetcher=_refuse).write_pdf())


def _refuse(address: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"the report asks for {address}, which it never should")

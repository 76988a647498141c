"""Write the report: one HTML file that needs nothing else, works without scripts, and prints well."""

from atlasmodel.export.html.page import html

__all__ = ["html"]

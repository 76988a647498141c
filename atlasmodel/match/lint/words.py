"""What the linter reads of the packaged data: why techniques have no rule, and names to keep out of texts."""

from __future__ import annotations

from functools import cache

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel.errors import CatalogError, Problem


@cache
def packaged_unruled() -> dict[str, str]:
    """Return the techniques without a rule, each with its reason."""
    document = _yaml.read(data_root() / "catalogs" / "unruled.yaml", name="catalogs/unruled.yaml")
    if not isinstance(document.data, dict):
        raise CatalogError(Problem("AM210", "reasons are a mapping from technique to text", document.span()))
    return {str(technique): str(reason or "") for technique, reason in document.data.items()}


@cache
def packaged_names() -> tuple[str, ...]:
    """Return the product and company names that no rule text should hold."""
    document = _yaml.read(data_root() / "catalogs" / "lint" / "names.yaml", name="catalogs/lint/names.yaml")
    groups = document.data if isinstance(document.data, dict) else {}
    names = [name for group in groups.values() if isinstance(group, list) for name in group if isinstance(name, str)]
    if not names:
        raise CatalogError(Problem("AM210", "names are a mapping from a sort to a list of names", document.span()))
    return tuple(names)

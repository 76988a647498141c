"""What the world knows: MITRE ATLAS, packaged or brought by the user."""

from atlasmodel.catalog.read import builtin_catalog, read_catalog
from atlasmodel.catalog.store import Catalog

__all__ = ["Catalog", "builtin_catalog", "read_catalog"]

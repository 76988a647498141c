"""STIX 2.1: an assessment, or ATLAS itself, as a bundle for threat intelligence platforms."""

from atlasmodel.export.stix.atlas import catalog_bundle
from atlasmodel.export.stix.bundle import stix

__all__ = ["catalog_bundle", "stix"]

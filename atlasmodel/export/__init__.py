"""Formats an assessment is written in: one file a format, each reads the Assessment and nothing else."""

from atlasmodel.plugins import Exporter, exporter, exporters

__all__ = ["Exporter", "exporter", "exporters"]

"""Threat-model MLOps pipelines against MITRE ATLAS."""

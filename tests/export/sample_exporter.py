"""A format of somebody else's: the findings as a plain list, worst first."""

from atlasmodel.assessment import Assessment


def worklist(assessment: Assessment, *, limit: int = 10) -> str:
    """Work list in plain text: the findings of highest risk."""
    lines = [f"{finding.risk:g}  {finding.id}  {finding.title}" for finding in assessment.findings[:limit]]
    return "\n".join(lines) + "\n"

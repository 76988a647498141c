"""The documents of one input: the first file and all that it includes, each once, in the order they are named."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from atlasmodel import _yaml
from atlasmodel._files import inside
from atlasmodel._yaml import Document
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span, shown


def read_documents(first: Path, max_bytes: int, starter: str) -> tuple[list[Document], list[Problem]]:
    """Return the first file and all it includes, and what is wrong there; `starter` is the hint for an empty file.

    Included files stay below the folder of the first file, whichever file names them.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    # Each file with the place that names it and the line of files that led to it, by the names that people wrote.
    waiting: deque[tuple[Path, Span | None, dict[Path, str]]] = deque([(first, None, {})])
    seen: set[Path] = set()
    while waiting and len(problems) < MAX_PROBLEMS:
        path, span, line_of = waiting.popleft()
        try:
            document = _yaml.read(path, max_bytes, starter=None if line_of else starter, collect=True)
            line = line_of | {path.resolve(): path.name}
        except InputError as error:
            problems += [problem.at(span) for problem in error.problems]
            continue
        documents.append(document)
        seen.add(path.resolve())
        for entry, named_at in _includes(document, problems):
            try:
                target = inside(first.parent, entry)
            except InputError as error:
                problems += [problem.at(named_at) for problem in error.problems]
                continue
            if target in line:
                names = [*list(line.values())[list(line).index(target) :], entry]
                problems.append(Problem("AM132", f"{shown(entry)} includes itself: {' > '.join(names)}", named_at))
            elif target in seen:
                problems.append(Problem("AM132", f"{shown(entry)} is included twice", named_at))
            else:
                seen.add(target)
                waiting.append((first.parent / entry, named_at, line))
    return documents, problems


def _includes(document: Document, problems: list[Problem]) -> Iterator[tuple[str, Span]]:
    """Yield the files that a document includes; a single text may stand for a list of one."""
    entries = document.data.get("include") if isinstance(document.data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        span = document.span("include", index)
        if len(problems) >= MAX_PROBLEMS:
            return
        if isinstance(entry, str):
            yield entry, span
        elif entries is not None:
            problems.append(Problem("AM121", "`include` is a list of file names", span))

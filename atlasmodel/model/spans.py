"""Where the attributes of a record are written: looked up when it is asked, which for most of them is never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import Span


class WrittenSpans(Mapping[str, Span]):
    """Be the places of some keys of a mapping in a document, by the names of the attributes that they stand for."""

    def __init__(self, document: Document, path: PathKey, keys: Mapping[str, str]) -> None:
        self._document, self._path, self._keys = document, path, keys

    def __getitem__(self, name: str) -> Span:
        return self._document.key_span(*self._path, self._keys[name])

    def __contains__(self, name: object) -> bool:
        return name in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __deepcopy__(self, memo: Any) -> Self:
        return self  # a document does not change

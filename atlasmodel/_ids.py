"""Identity: slugs, canonical JSON, digests and UUIDs that depend on content alone."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from typing import Any

# The namespace MITRE uses for ATLAS: the 16 ASCII bytes of `atlas.mitre.org.` read as a UUID.
ATLAS_NAMESPACE = uuid.UUID(bytes=b"atlas.mitre.org.")
OWN_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "atlasmodel.invalid")

MAX_ID = 128
IDENTIFIER = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.\-]{{0,{MAX_ID - 1}}}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def is_identifier(text: str) -> bool:
    """Tell whether a text may be an id: ASCII letters, digits, `_`, `.`, `-`, at most 128, no leading mark.

    >>> is_identifier("card-events"), is_identifier("../x")
    (True, False)
    """
    return IDENTIFIER.fullmatch(text) is not None


def slug(text: str, fallback: str = "unnamed") -> str:
    """Return a safe file-name part made from any text: lower-case ASCII, at most 80 characters.

    >>> slug("../../Card Fraud"), slug("CON")
    ('card-fraud', 'con-')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower().encode("ascii", "ignore").decode()).strip("-")[:80] or fallback
    return f"{plain}-" if _RESERVED.fullmatch(plain) else plain


def canonical_json(data: Any) -> str:
    """Return JSON with sorted keys and no spare space, so that equal data give equal bytes."""
    return _encode(data)


def digest(parts: bytes | Iterable[bytes]) -> str:
    """Return `sha256:<hex>` of some bytes, or of several in order."""
    sha = hashlib.sha256()
    for part in (parts,) if isinstance(parts, bytes) else parts:
        sha.update(part)
    return f"sha256:{sha.hexdigest()}"


def atlas_uuid(identifier: str) -> uuid.UUID:
    """Return the UUID under which MITRE publishes an ATLAS object (rule of format 6.0.0).

    >>> str(atlas_uuid("AML.T0051"))
    '6ff098e9-2864-579e-bebb-a0f1c92ec772'
    """
    return uuid.uuid5(ATLAS_NAMESPACE, identifier)


def own_uuid(kind: str, key: str) -> uuid.UUID:
    """Return a UUID of our own for `kind` and `key`, the same on every run."""
    return uuid.uuid5(OWN_NAMESPACE, f"{kind}|{key}")

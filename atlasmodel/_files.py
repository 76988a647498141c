"""Files: where the packaged data is, which names are safe, how to read within bounds and write whole."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from atlasmodel.errors import InputError, Problem, shown

MAX_BYTES = 64 * 1024 * 1024


def data_root() -> Path:
    """Return the folder that holds `catalogs/` and `mitigations/`: inside a wheel, or the repository's own."""
    package = Path(__file__).resolve().parent
    packaged = package / "_data"
    return packaged if packaged.is_dir() else package.parent


def read_bounded(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Read a regular file of at most `max_bytes` bytes; raise InputError AM110 for anything else."""
    try:
        info = path.stat()
    except (OSError, ValueError) as error:
        raise InputError(Problem("AM110", f"cannot read {path}: {_reason(error)}")) from None
    if stat.S_ISDIR(info.st_mode):
        raise InputError(Problem("AM110", f"cannot read {path}: it is a folder", hint="name the file inside it"))
    if not stat.S_ISREG(info.st_mode):
        raise InputError(Problem("AM110", f"cannot read {path}: it is not a regular file"))
    try:
        with path.open("rb") as stream:
            # A file may grow after its size was asked for: never read more than the limit.
            content = b"" if info.st_size > max_bytes else stream.read(max_bytes + 1)
    except OSError as error:
        raise InputError(Problem("AM110", f"cannot read {path}: {error.strerror}")) from None
    if max(info.st_size, len(content)) > max_bytes:
        hint = "raise the limit with --max-bytes if the file is yours"
        raise InputError(Problem("AM110", f"{path} is larger than {max_bytes} bytes", hint=hint))
    return content


def inside(root: Path, name: str) -> Path:
    """Join a relative file name to `root`; raise InputError AM132 when it leaves the folder, also through a link."""
    if "://" in name:
        raise InputError(Problem("AM132", f"{shown(name)} is a URL", hint="atlasmodel reads local files only"))
    base = root.resolve()
    try:
        target = (base / name).resolve()
    except (OSError, ValueError, RuntimeError):
        raise InputError(Problem("AM132", f"{shown(name)} is not a usable file name")) from None
    if Path(name).is_absolute() or not target.is_relative_to(base):
        hint = f"included files stay under {base.name}/, the folder of the first file"
        raise InputError(Problem("AM132", f"{shown(name)} leaves the folder of the first file", hint=hint))
    return target


def check_target(path: Path, *, overwrite: bool) -> None:
    """Raise InputError AM134 when `path` cannot be written, before any work is done."""
    try:
        wrong = _obstacle(path, overwrite=overwrite)
    except (OSError, ValueError) as error:
        wrong = _reason(error)
    if wrong:
        hint = "use --force to overwrite" if wrong == "it exists already" else None
        raise InputError(Problem("AM134", f"cannot write {path}: {wrong}", hint=hint))


def _obstacle(path: Path, *, overwrite: bool) -> str | None:
    if path.is_symlink():
        return "it is a symbolic link"
    if path.is_dir():
        return "it is a folder"
    if path.exists() and not path.is_file():
        return "it is not a regular file"
    if path.exists() and not overwrite:
        return "it exists already"
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist"
    return None if os.access(path.parent, os.W_OK) else f"the folder {path.parent} is not writable"


def write_whole(path: Path, content: str | bytes, *, overwrite: bool = True) -> Path:
    """Write a file so that it is there whole or not at all; raise InputError AM134 when it cannot be."""
    check_target(path, overwrite=overwrite)
    scratch = path.with_name(f".atlasmodel-{secrets.token_hex(8)}")
    try:
        with scratch.open("xb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
        scratch.replace(path)
    except (OSError, ValueError) as error:
        raise InputError(Problem("AM134", f"cannot write {path}: {_reason(error)}")) from None
    finally:
        scratch.unlink(missing_ok=True)
    return path


def _reason(error: OSError | ValueError) -> str:
    """Return what the system says, without the path, which the message names already."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)

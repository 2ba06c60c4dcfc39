"""Looks at a NumPy archive's table of contents before anything in it is unpacked."""

import io
import zipfile

MAX_MEMBERS = 64
MAX_UNPACKED_BYTES = 64 * 2**20


class ArchiveError(ValueError):
    """An archive that is none, or that would unpack to more than it may."""


def check_archive(data: bytes) -> None:
    """Refuse what is no .npz file of at most 64 arrays and 64 MiB unpacked.

    The sizes are those that the archive declares, beyond which `zipfile` reads nothing.

    Raises:
        ArchiveError: it is refused.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise ArchiveError(f"not a NumPy archive: {error}") from error
    if len(members) > MAX_MEMBERS:
        raise ArchiveError(f"{len(members)} members, at most {MAX_MEMBERS} are allowed")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise ArchiveError(f"unpacks to {unpacked} bytes, at most {MAX_UNPACKED_BYTES} allowed")
    for member in members:
        if not member.filename.endswith(".npy") or member.flag_bits & 1:
            raise ArchiveError(f"member {member.filename[:64]!r} is not a plain .npy array")

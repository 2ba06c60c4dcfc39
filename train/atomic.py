"""Files that are there whole or not at all, whenever the process is killed."""

from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under another name first, then give it its own."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(data)
    draft.replace(path)

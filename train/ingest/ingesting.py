"""Ingesting from manifest to folder: check every row, cut every window, write the manifest last."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import msgspec

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View
from train.atomic import write_whole
from train.cohort import MANIFEST_NAME, format_rows, pixels_path
from train.ingest.clip import Material
from train.ingest.folder import check_out, fresh
from train.ingest.frames_file import FramesFile
from train.ingest.opening import open_all
from train.ingest.problem import ManifestError
from train.ingest.record import RECORD_NAME, SUBJECTS_NAME, IngestedRow, IngestRecord, in_words
from train.ingest.rows import conflicts, missing_columns, overlaps, parse_rows
from train.ingest.table import read_table
from train.ingest.windows import Windows


class Watcher(Protocol):
    """Told of the steps of a long job."""

    def begin(self, what: str, total: int) -> None:
        """A job of so many steps begins; the last one is over."""

    def step(self) -> None:
        """One step is done."""


def ingest(manifest: Path, out: Path, spec: CropSpec, watch: Watcher) -> IngestRecord:
    """Crop all that a manifest lists into a folder that `read_cohort` opens.

    Raises:
        ManifestError: with every problem of the manifest and its images; nothing is left of `out`.
        CohortError: `out` holds something.
        OSError: `out` cannot be written; nothing is left of it.
    """
    check_out(out)
    table = read_table(manifest)
    rows, problems = parse_rows(table, manifest.parent)
    watch.begin("checking", len(rows))
    materials, unfit = open_all(rows, spec, missing_columns(table), watch.step)
    if problems := [*problems, *conflicts(rows), *overlaps(rows), *unfit]:
        raise ManifestError(manifest, problems)
    watch.begin("cropping", sum(material.count for material in materials))
    with fresh(out):
        windows, frames = _cut(manifest, materials, out, spec, watch)
        by_label = Counter(windows.labels.values())
        record = IngestRecord(
            manifest=manifest.name,
            sha256=table.sha256,
            crop=spec,
            label=in_words(by_label),
            subjects=len(windows.numbers),
            subjects_by_label=dict(by_label),
            frames=frames,
            virtual=sorted({material.draw for material in materials if material.draw is not None}),
        )
        write_whole(out / SUBJECTS_NAME, _subjects(windows.numbers))
        write_whole(out / RECORD_NAME, msgspec.json.format(msgspec.json.encode(record)))
        write_whole(out / MANIFEST_NAME, format_rows(windows.rows, IngestedRow).encode())
    return record


def _cut(
    manifest: Path, materials: Sequence[Material], out: Path, spec: CropSpec, watch: Watcher
) -> tuple[Windows, dict[View, int]]:
    """Cut every window into the arrays; returns what is known of them, and frames of each view."""
    with ExitStack() as stack:
        files = {
            view: stack.enter_context(FramesFile(pixels_path(out, view), spec.size))
            for view in VIEWS
        }
        windows = Windows(files, spec)
        for material in materials:
            windows.add(material, watch.step)
        if windows.problems:
            raise ManifestError(manifest, windows.problems)
    counts = {view: file.count for view, file in files.items()}
    for view in VIEWS:
        if counts[view] == 0:
            pixels_path(out, view).unlink()
    return windows, counts


def _subjects(numbers: Mapping[str, int]) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(("number", "name"))
    sheet.writerows((number, name) for name, number in numbers.items())
    return text.getvalue().encode()

"""Rendering of a cohort by several processes, resumable: the same bytes however it was run.

Every subject has its rows of the views' arrays, so that processes never meet; a small part file,
written whole after the pixels, says that a subject is done.
"""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import crop
from edge.contract.grading import VIEWS, View, grade
from edge.scanner.virtual import Subject, VirtualClip
from train.atomic import write_whole
from train.cohort import (
    LATENTS_NAME,
    MANIFEST_NAME,
    RECORD_NAME,
    CohortError,
    CohortRecord,
    FrameRow,
    format_manifest,
    pixels_path,
    read_record,
)

PARTS_NAME = "parts"


@dataclass(frozen=True)
class Job:
    """One subject to be rendered into a cohort folder."""

    folder: Path
    record: CohortRecord
    number: int
    subject: Subject


def open_folder(folder: Path, record: CohortRecord) -> None:
    """Make the cohort folder, or accept one that was begun with the very same settings.

    Raises:
        CohortError: the folder holds another cohort, or something else.
    """
    if (folder / RECORD_NAME).exists():
        _check_same(folder, record, read_record(folder))
        return
    if folder.exists() and any(folder.iterdir()):
        raise CohortError(f"{folder}: holds something else; name a new or empty folder")
    (folder / PARTS_NAME).mkdir(parents=True, exist_ok=True)
    side = record.crop.size
    for view in VIEWS:
        shape = (record.subjects * record.frames, side, side)
        np.lib.format.open_memmap(pixels_path(folder, view), "w+", np.uint8, shape)
    write_whole(folder / RECORD_NAME, msgspec.json.format(msgspec.json.encode(record)))


def missing(folder: Path, record: CohortRecord, subjects: Sequence[Subject]) -> list[Job]:
    """Jobs for the subjects that are not done yet."""
    return [
        Job(folder, record, number, subject)
        for number, subject in enumerate(subjects)
        if not part_path(folder, number).exists()
    ]


def render(jobs: Sequence[Job], workers: int) -> Iterator[int]:
    """Render subjects; yields each one's number as it is done."""
    if workers == 1 or not jobs:
        yield from map(render_subject, jobs)
        return
    # spawn: a fork would copy OpenCV's threads and locks in whatever state they are
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, initializer=_start_worker) as pool:
        for done in as_completed([pool.submit(render_subject, job) for job in jobs]):
            yield done.result()


def finish(folder: Path, subjects: Sequence[Subject]) -> Path:
    """Write the latents and, last, the manifest, from the parts in the order of the subjects."""
    latents = b"".join(msgspec.json.encode(subject) + b"\n" for subject in subjects)
    write_whole(folder / LATENTS_NAME, latents)
    rows = [row for number in range(len(subjects)) for row in _read_part(folder, number)]
    write_whole(folder / MANIFEST_NAME, format_manifest(rows).encode())
    return folder / MANIFEST_NAME


def render_subject(job: Job) -> int:
    """Render both views of a subject into its rows, then write its part file."""
    rows = [row for view in VIEWS for row in _render_view(job, view)]
    write_whole(part_path(job.folder, job.number), msgspec.json.encode(rows))
    return job.number


def part_path(folder: Path, number: int) -> Path:
    """File that says that a subject is done, and holds its rows of the manifest."""
    return folder / PARTS_NAME / f"{number:06d}.json"


def spread(count: int, frames: int) -> list[int]:
    """Numbers of at most `frames` frames of a clip of `count`, evenly spread, none twice."""
    taken = min(count, frames)
    return [(2 * i + 1) * count // (2 * taken) for i in range(taken)]


def told_spacing(job: Job, view: View, true_mm: tuple[float, float]) -> tuple[float, float]:
    """What the crop is told of a clip's mm per pixel, with the error that the record allows."""
    rng = np.random.default_rng([job.record.seed, job.number, VIEWS.index(view)])
    told = 1 + job.record.scale_error * float(rng.uniform(-1, 1))
    return true_mm[0] * told, true_mm[1] * told


def _render_view(job: Job, view: View) -> list[FrameRow]:
    clip = VirtualClip(job.subject, view)
    told_mm = told_spacing(job, view, clip.spacing_mm)
    pixels = np.lib.format.open_memmap(pixels_path(job.folder, view), "r+")
    first = job.number * job.record.frames
    rows = []
    for row, frame in enumerate(spread(clip.count, job.record.frames), start=first):
        pixels[row] = crop(clip.frame(frame), job.record.crop, told_mm)
        rows.append(_row(job, view, frame, row, pixels[row]))
    pixels.flush()
    return rows


def _row(job: Job, view: View, frame: int, row: int, pixels: NDArray[np.uint8]) -> FrameRow:
    subject = job.subject
    return FrameRow(
        subject=job.number,
        view=view,
        clip=f"{job.number:06d}-{view}",
        frame=frame,
        row=row,
        true_pct=subject.true_pct,
        hmrs_pct=subject.hmrs_pct,
        grade=grade(subject.hmrs_pct),
        seed=job.record.seed,
        preset=job.record.preset,
        simulator=job.record.simulator,
        sha256=hashlib.sha256(pixels.tobytes()).hexdigest(),
    )


def _read_part(folder: Path, number: int) -> list[FrameRow]:
    return msgspec.json.decode(part_path(folder, number).read_bytes(), type=list[FrameRow])


def _check_same(folder: Path, wanted: CohortRecord, found: CohortRecord) -> None:
    """Refuse to go on in a folder that was begun with other settings, naming each."""
    differences = [
        f"{name} {getattr(found, name)!r} there, {getattr(wanted, name)!r} asked for"
        for name in CohortRecord.__struct_fields__
        if getattr(found, name) != getattr(wanted, name)
    ]
    if differences:
        raise CohortError(
            f"{folder / RECORD_NAME}: begun with other settings ({'; '.join(differences)}); "
            "repeat those or name a new folder"
        )


def _start_worker() -> None:
    """One thread for OpenCV, as there is a process for each core; and no life without a parent."""
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever on a queue that nobody fills."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

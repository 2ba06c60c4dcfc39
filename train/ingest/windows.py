"""Cropping of all material into the views' arrays: one frame in memory at a time."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from edge.contract.crop import CropSpec, Gray, crop
from edge.contract.grading import View
from edge.scanner.source import SourceError
from train.ingest.clip import Clip, Frame, Material, RefusedError, check_frame
from train.ingest.frames_file import FramesFile
from train.ingest.played import source_problem
from train.ingest.problem import Problem
from train.ingest.record import IngestedRow, Label


class Seen(NamedTuple):
    """Where a window was met first."""

    subject: int
    row: int
    frame: int


class Windows:
    """Cuts the window of every frame, numbers subjects as they come, and remembers each window.

    The same bytes under two subjects are refused: they would be seen in training and in test.
    """

    def __init__(self, files: dict[View, FramesFile], spec: CropSpec) -> None:
        self.rows: list[IngestedRow] = []
        self.problems: list[Problem] = []
        self.numbers: dict[str, int] = {}
        """Number of each subject's name."""
        self.labels: dict[int, Label] = {}
        """Label of each subject's number."""
        self._files = files
        self._spec = spec
        self._seen: dict[bytes, Seen] = {}

    def add(self, material: Material, cut: Callable[[], object]) -> None:
        """Cut all frames of one row, `cut` called after each; its first problem ends the row."""
        try:
            for clip in material.clips():
                number = self.numbers.setdefault(clip.subject, len(self.numbers))
                self.labels[number] = clip.label
                for frame in clip.frames():
                    self._add(clip, number, frame)
                    cut()
        except SourceError as error:
            self.problems.append(source_problem(material.row, error))
        except RefusedError as error:
            self.problems += error.problems

    def _add(self, clip: Clip, subject: int, frame: Frame) -> None:
        check_frame(clip.row, frame, self._spec)
        window = crop(frame.gray, self._spec, frame.spacing_mm)
        digest = hashlib.sha256(window.tobytes())
        self._check(clip, Seen(subject, clip.row.number, frame.number), window, digest.digest())
        self.rows.append(
            IngestedRow(
                subject=subject,
                view=clip.view,
                clip=clip.name,
                frame=frame.number,
                row=self._files[clip.view].append(window),
                hmrs_pct=clip.hmrs_pct,
                label=clip.label,
                source_row=clip.row.number,
                sha256=digest.hexdigest(),
            )
        )

    def _check(self, clip: Clip, here: Seen, window: Gray, digest: bytes) -> None:
        """Raise RefusedError where the window shows nothing, or is another subject's."""
        if np.all(window == window[0, 0]):
            reason = f"frame {here.frame} is blank: gray {window[0, 0]} all over"
            raise RefusedError([clip.row.problem("path", reason, "leave the frame out")])
        first = self._seen.setdefault(digest, here)
        if first.subject != here.subject:
            reason = (
                f"frame {here.frame} shows what frame {first.frame} of row {first.row} shows, "
                "which is another subject's"
            )
            remedy = "correct the subject, or leave one of the two out"
            raise RefusedError([clip.row.problem("path", reason, remedy)])

"""A virtual cohort as material: all its frames, as they were rendered."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from operator import attrgetter

from edge.contract.crop import CropSpec
from train.cohort import (
    MANIFEST_NAME,
    CohortError,
    CohortRecord,
    FrameRow,
    parse_manifest,
    read_cohort,
)
from train.ingest.clip import Clip, Frame, RefusedError, check_empty
from train.ingest.rows import LABELLING, Row

_OWN = (*LABELLING, "first_frame", "last_frame", "clip", "spacing_mm")


class RenderedMaterial:
    """Every frame of a rendered cohort folder, already cropped."""

    def __init__(self, row: Row, spec: CropSpec) -> None:
        """Open the cohort.

        Raises:
            RefusedError: it is unfinished, cropped to another scale, or the row tells more.
        """
        self.row = row
        problems = check_empty(row, _OWN, "a virtual cohort brings its own")
        try:
            self._cohort = read_cohort(row.path)
        except CohortError as error:
            raise RefusedError([*problems, row.problem("path", str(error), "finish it")]) from error
        record = self._cohort.record
        if not isinstance(record, CohortRecord):
            reason = "an ingested folder, whose subjects might be in this manifest too"
            remedy = "list the images that it was made from"
            raise RefusedError([*problems, row.problem("path", reason, remedy)])
        if record.crop != spec:
            reason = f"cropped with {record.crop}, not {spec}"
            remedy = "ask for the same --crop-mm-per-px, or leave the cohort out"
            problems.append(row.problem("path", reason, remedy))
        if problems:
            raise RefusedError(problems)
        self.draw = (record.preset, record.seed)
        self.count = sum(map(len, self._cohort.views.values()))

    def clips(self) -> Iterator[Clip]:
        """A clip for each subject and view."""
        path = self._cohort.path / MANIFEST_NAME
        rows = parse_manifest(path.read_text(encoding="utf-8"), path)
        for _, frames in groupby(rows, key=attrgetter("subject", "view")):
            mine = list(frames)
            first = mine[0]
            yield Clip(
                row=self.row,
                # ":" is in no name that a manifest can give, so that no subject is taken for two
                subject=f"virtual:{first.preset}:{first.seed}:{first.subject}",
                view=first.view,
                hmrs_pct=first.hmrs_pct,
                label="simulated",
                name=first.clip,
                frames=partial(self._frames, mine),
            )

    def _frames(self, rows: list[FrameRow]) -> Iterator[Frame]:
        scale = self._cohort.record.crop.mm_per_px
        spacing_mm = None if scale is None else (scale, scale)
        for row in rows:
            yield Frame(row.frame, self._cohort.views[row.view].pixels[row.row], spacing_mm)

"""What an ingested folder says of itself: its record, a row of its manifest, whose fat it holds."""

from typing import Literal

import msgspec

from edge.contract.crop import CropSpec
from edge.contract.grading import View

RECORD_NAME = "ingest.json"
SUBJECTS_NAME = "subjects.csv"
"""Number and name of each subject: the only file of the folder that holds names."""
UNFINISHED_NAME = "ingest.unfinished"
"""There from the first byte to the last, so that a killed run never looks finished."""

Label = Literal["h-mrs", "histology", "simulated"]

LABELS: dict[Label, str] = {
    "h-mrs": "H-MRS % as the manifest gives it",
    "histology": "histological fat % (Byra et al. 2018), NOT H-MRS, so grades S0-S3 do not apply",
    "simulated": "H-MRS % of virtual subjects, which says nothing about patients",
}
"""How liver fat was measured, in words for whoever reads a figure."""


class IngestRecord(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="ingested",
):
    """What a folder was ingested from: `ingest.json`. It holds no subject's name."""

    format: Literal[1] = 1
    manifest: str
    """File name of the manifest that listed the images."""
    sha256: str
    """Of that manifest's bytes."""
    crop: CropSpec = CropSpec()
    label: str
    """In plain words, what the fat percentages are and for how many subjects."""
    subjects: int
    subjects_by_label: dict[Label, int]
    frames: dict[View, int]
    """Frames of each view; a view without any has no file."""
    virtual: list[tuple[str, int]] = []
    """Preset and seed of every virtual cohort among the images."""

    @property
    def is_virtual(self) -> bool:
        """Whether every subject is simulated."""
        return set(self.subjects_by_label) == {"simulated"}

    @property
    def draws(self) -> frozenset[tuple[str, int]]:
        """Preset and seed of the virtual subjects in it."""
        return frozenset(self.virtual)

    def measured_on(self, subjects: int) -> str:
        """In plain words, what figures of this many subjects were measured on."""
        if self.is_virtual:
            cohorts = ", ".join(f"{preset} (seed {seed})" for preset, seed in self.virtual)
            return (
                f"virtual cohorts, presets {cohorts}: {subjects} subjects unseen in training. "
                "Simulated images: the figures say nothing about patients. Research use only, not "
                "a medical device."
            )
        return (
            f"images listed in {self.manifest}, label: {self.label}; {subjects} subjects unseen in "
            "training. Research use only, not a medical device."
        )


class IngestedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of an ingested folder's `manifest.csv`: one frame."""

    subject: int
    """Number of the subject; `subjects.csv` has its name."""
    view: View
    clip: str
    frame: int
    """Number of the frame in its file, from 0."""
    row: int
    """Row of the view's array, `AR.npy` or `HR.npy`."""
    hmrs_pct: float
    """Liver fat, %; H-MRS unless `label` says otherwise."""
    label: Label
    source_row: int
    """Row of the ingested manifest."""
    sha256: str
    """Of the window's bytes."""


def in_words(subjects_by_label: dict[Label, int]) -> str:
    """The labels of a folder, each with its number of subjects."""
    return "; ".join(
        f"{LABELS[kind]} ({count} subjects)" for kind, count in sorted(subjects_by_label.items())
    )

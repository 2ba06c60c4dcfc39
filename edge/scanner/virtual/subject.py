"""One virtual subject: every latent that its images are made from."""

import msgspec

from edge.scanner.virtual.biology import Biology, draw_biology
from edge.scanner.virtual.body import Body, draw_body
from edge.scanner.virtual.label import FAT_PCT, draw_cohort_fat, draw_fat
from edge.scanner.virtual.presets import PRESETS
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.settings import Settings, draw_settings


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Latents of a subject and of the scanner that looks at him or her."""

    preset: str
    seed: int
    index: int
    true_pct: float
    """True liver fat, H-MRS %: what the images are made with."""
    hmrs_pct: float
    """H-MRS as it would be measured, %: the truth and the measurement's own noise."""
    biology: Biology
    body: Body
    settings: Settings


def draw_subject(
    preset: str, seed: int, index: int = 0, *, fat_pct: float | None = None
) -> Subject:
    """Draw a subject; the same arguments give the same subject.

    Args:
        preset: a key of PRESETS; KeyError for any other.
        seed: of the cohort.
        index: of the subject in it.
        fat_pct: true liver fat, %; None draws it as the paper's population has it. It changes
            what fat changes, and nothing else.
    """
    scatter = PRESETS[preset]
    label = stream(seed, index, Leaf.LABEL)
    error_pct = scatter.sd_label_pct * float(label.standard_normal())
    true_pct = draw_fat(label) if fat_pct is None else fat_pct
    return Subject(
        preset=preset,
        seed=seed,
        index=index,
        true_pct=true_pct,
        hmrs_pct=max(FAT_PCT[0], true_pct + error_pct),
        biology=draw_biology(true_pct, scatter, stream(seed, index, Leaf.BIOLOGY)),
        body=draw_body(true_pct, stream(seed, index, Leaf.BODY)),
        settings=draw_settings(scatter, stream(seed, index, Leaf.SCANNER)),
    )


def draw_cohort(preset: str, subjects: int, seed: int) -> list[Subject]:
    """Subjects in random order with the statistics of the paper's Table 1.

    111/21/6/12 of 150 are S0/S1/S2/S3, scaled to `subjects`.
    """
    fat_pct = draw_cohort_fat(subjects, stream(seed, subjects, Leaf.COHORT))
    return [draw_subject(preset, seed, index, fat_pct=fat) for index, fat in enumerate(fat_pct)]

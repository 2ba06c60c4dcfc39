"""What a network's error must be read against: floors that need no network, and an oracle.

All learn from the training subjects of one fold, as the network of that fold does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import PAIR, VIEWS
from edge.scanner.virtual import Subject
from edge.scanner.virtual.depth import DEPTH_MM
from edge.scanner.virtual.receive import shown_attenuation
from train.cohort import LATENTS_NAME, Cohort, CohortError, ViewFrames
from train.estimated import Estimated
from train.pairs import pair_frames
from train.study.estimates import Estimates, Side, joined, of_frames
from train.study.features import frame_features
from train.study.virtual import rendering

Floats = NDArray[np.float64]
MEAN, MEDIAN, RIDGE, SHOWN, ORACLE = "mean", "median", "ridge", "shown", "oracle"
RIDGE_STRENGTH = 1.0
ORACLE_STRENGTH = 0.01


@dataclass(frozen=True)
class Known:
    """What a baseline may know of frames (or pairs) of a view."""

    inputs: Floats
    """Hand-made features, or latents (frames, n)."""
    hmrs_pct: Floats
    subjects: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Baselines:
    """The baselines of one fold, learned from these subjects of this cohort."""

    cohort: Cohort
    training: frozenset[int]
    fold: int

    def estimate(self, cohort: Cohort, subjects: frozenset[int], side: Side) -> Estimates:
        """Estimates of every baseline for all three models, of these subjects of a cohort."""
        tables = []
        sides = dict.fromkeys(subjects, side)
        for method, learn, known_of in self._methods():
            learned, asked = known_of(self.cohort, self.training), known_of(cohort, subjects)
            for view, known in asked.items():
                guess = learn(learned[view])(known.inputs)
                found = Estimated(known.subjects, known.rows, guess, known.hmrs_pct)
                tables.append(of_frames(method, view, self.fold, sides, found))
        return joined(tables)

    def _methods(self) -> "list[tuple[str, Learn, KnownOf]]":
        methods: list[tuple[str, Learn, KnownOf]] = [
            (MEAN, _constant(np.mean), without_inputs),
            (MEDIAN, _constant(np.median), without_inputs),
            (RIDGE, _ridge, by_features),
        ]
        if rendering(self.cohort):
            methods.append((SHOWN, _cubic_ridge, by_what_is_shown))
            methods.append((ORACLE, _cubic_ridge, by_latents))
        return methods


Guess = Callable[[Floats], Floats]
Learn = Callable[[Known], Guess]
KnownOf = Callable[[Cohort, frozenset[int]], dict[str, Known]]


def without_inputs(cohort: Cohort, subjects: frozenset[int]) -> dict[str, Known]:
    """Labels alone."""
    return _known(cohort, subjects, lambda frames: np.empty((len(frames), 0)))


def by_features(cohort: Cohort, subjects: frozenset[int]) -> dict[str, Known]:
    """Five features of each frame, ten of each pair."""
    return _known(cohort, subjects, frame_features)


def by_latents(cohort: Cohort, subjects: frozenset[int]) -> dict[str, Known]:
    """What the images were made from: attenuation for AR, liver over kidney in dB for HR."""
    return _by(cohort, subjects, lambda subject: subject.biology.liver_attenuation)


def by_what_is_shown(cohort: Cohort, subjects: frozenset[int]) -> dict[str, Known]:
    """The same as the images show it: of the attenuation, what the operator's gain leaves."""
    depth_mm = float(np.mean(DEPTH_MM["AR"]))

    def shown(subject: Subject) -> float:
        return shown_attenuation(subject.settings, subject.biology.liver_attenuation, depth_mm)

    return _by(cohort, subjects, shown)


def _by(
    cohort: Cohort, subjects: frozenset[int], of_liver: Callable[[Subject], float]
) -> dict[str, Known]:
    """`of_liver`: what AR knows of a subject; HR knows the liver over the kidney in dB."""
    latents = read_latents(cohort.path)
    ar, hr = cohort.views["AR"].of(subjects), cohort.views["HR"].of(subjects)
    alpha = np.array([[of_liver(latents[n])] for n in ar.subjects.tolist()])
    ratio = np.array([[latents[n].biology.liver_kidney_db] for n in hr.subjects.tolist()])
    return _views(ar, hr, (alpha, ratio))


def read_latents(folder: Path) -> list[Subject]:
    """Latents of a rendered cohort's subjects, by number.

    Raises:
        CohortError: there are none, or the file is damaged.
    """
    path = folder / LATENTS_NAME
    try:
        lines = path.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Subject) for line in lines]
    except (OSError, msgspec.DecodeError) as error:
        raise CohortError(f"{path}: {error}; render the cohort again") from error


def _known(
    cohort: Cohort, subjects: frozenset[int], inputs_of: Callable[[ViewFrames], Floats]
) -> dict[str, Known]:
    ar, hr = (cohort.views[view].of(subjects) for view in VIEWS)
    return _views(ar, hr, (inputs_of(ar), inputs_of(hr)))


def _views(ar: ViewFrames, hr: ViewFrames, inputs: tuple[Floats, Floats]) -> dict[str, Known]:
    pairs = pair_frames(ar, hr)
    both = np.hstack([inputs[0][pairs.ar], inputs[1][pairs.hr]])
    return {
        "AR": Known(inputs[0], _exact(ar.hmrs_pct), ar.subjects, ar.rows),
        "HR": Known(inputs[1], _exact(hr.hmrs_pct), hr.subjects, hr.rows),
        PAIR: Known(both, _exact(pairs.hmrs_pct), pairs.subjects, ar.rows[pairs.ar]),
    }


def _exact(values: NDArray[np.float32]) -> Floats:
    return values.astype(np.float64)


def _constant(summary: Callable[[Floats], np.floating]) -> Learn:
    def learn(known: Known) -> Guess:
        value = float(summary(known.hmrs_pct))
        return lambda inputs: np.full(len(inputs), value)

    return learn


def _ridge(known: Known) -> Guess:
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    return _fitted([StandardScaler(), Ridge(RIDGE_STRENGTH)], known)


def _cubic_ridge(known: Known) -> Guess:
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    cubic = PolynomialFeatures(3, include_bias=False)
    return _fitted([StandardScaler(), cubic, StandardScaler(), Ridge(ORACLE_STRENGTH)], known)


def _fitted(steps: Sequence[object], known: Known) -> Guess:
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(*steps).fit(known.inputs, known.hmrs_pct)
    return lambda inputs: np.asarray(model.predict(inputs), np.float64)

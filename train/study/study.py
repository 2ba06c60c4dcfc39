"""A study from cohort to report, in stages that are each done once, however often it is killed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from edge.contract.grading import VIEWS
from train.atomic import write_whole
from train.claimed import claimed
from train.cohort import Cohort, CohortRecord, read_cohort
from train.evaluate import load_models
from train.rendered import render_cohort
from train.study.bars import Bars
from train.study.baselines import Baselines
from train.study.closing import close
from train.study.distinct import check_distinct
from train.study.estimates import (
    ESTIMATES_NAME,
    Estimates,
    format_estimates,
    joined,
)
from train.study.figures import MODELS
from train.study.folder import (
    ASKED_NAME,
    COHORT_NAME,
    UNSEEN_NAME,
    Asked,
    fold_folder,
)
from train.study.folds import divide
from train.study.networks import FRAME_COST, Networks, estimate_with
from train.study.record import StudyRecord, validation_loss
from train.study.settings import StudySettings
from train.study.tail_split import best_fold
from train.study.virtual import rendering, unseen_record

RENDER_COST = 0.06
"""Seconds of one core for a virtual frame."""
REPORT_COST = 20.0


@dataclass(frozen=True)
class Study:
    """A study that is about to be done, or gone on with."""

    out: Path
    settings: StudySettings
    rendered: CohortRecord | None
    """To be rendered first; None where `data` is given."""
    data: Path | None
    workers: int

    def run(self, progress: Progress) -> StudyRecord:
        """Do what is missing and write the report.

        Raises:
            CohortError: the cohort is missing or damaged.
            SplitError: a subject would be on two sides, or there are too few.
            FolderError: the folder holds another study.
        """
        given = read_cohort(self.data) if self.data else None
        asked = Asked(
            settings=self.settings,
            rendered=self.rendered,
            manifest_sha256=given.manifest_sha256 if given else None,
        )
        with claimed(self.out, ASKED_NAME, asked):
            bars = Bars(progress)
            cohort = given or self._render(bars, self.out / COHORT_NAME, self.rendered)
            check_distinct(cohort)
            folds = divide(
                cohort.hmrs_pct,
                self.settings.test_subjects,
                self.settings.folds,
                self.settings.seed,
            )
            unseen = self._unseen(bars, cohort)
            return self._measure(Networks(self.out, cohort, folds, self.settings, bars), unseen)

    def _render(self, bars: Bars, folder: Path, record: CohortRecord | None) -> Cohort:
        assert record is not None  # noqa: S101 - either data or a record is given
        cost = 2 * record.subjects * record.frames * RENDER_COST / self.workers
        bars.expect(cost)
        with bars.stage(folder.name, record.subjects, cost) as stage:
            render_cohort(folder, record, self.workers, stage.advance)
        return read_cohort(folder)

    def _unseen(self, bars: Bars, cohort: Cohort) -> Cohort | None:
        rendered = rendering(cohort)
        if rendered is None or not self.settings.extra_unseen:
            return None
        record = unseen_record(rendered, self.settings.extra_unseen)
        return self._render(bars, self.out / UNSEEN_NAME, record)

    def _measure(self, networks: Networks, unseen: Cohort | None) -> StudyRecord:
        bars, folds = networks.bars, networks.folds
        measuring = _measuring_cost(networks, unseen)
        bars.expect(
            REPORT_COST
            + measuring
            + sum(networks.cost(at, name) for at in networks.fold_numbers for name in MODELS)
        )
        trained = [networks.train(number) for number in networks.fold_numbers]
        histories = {name: [fold[name] for fold in trained] for name in MODELS}
        losses = {name: [validation_loss(told) for told in histories[name]] for name in MODELS}
        carried = best_fold(losses, VIEWS)
        with bars.stage("estimates", len(folds.folds) + 1, measuring) as stage:
            parts = []
            for part in _estimates(networks, unseen, carried):
                parts.append(part)
                stage.advance()
            estimates = joined(parts)
        write_whole(self.out / ESTIMATES_NAME, format_estimates(estimates).encode())
        with bars.stage("report", 1, REPORT_COST):
            return close(networks, unseen, histories, carried)


def _estimates(networks: Networks, unseen: Cohort | None, carried: int) -> Iterator[Estimates]:
    for number in networks.fold_numbers:
        yield networks.estimate(number)
    cohort, folds = networks.cohort, networks.folds
    baselines = Baselines(cohort, folds.split(carried).training, carried)
    yield baselines.estimate(cohort, folds.test, "test")
    if unseen is not None:
        everyone = frozenset(unseen.hmrs_pct)
        models = load_models(fold_folder(networks.out, carried))
        yield estimate_with(models, unseen, carried, dict.fromkeys(everyone, "unseen"))
        yield baselines.estimate(unseen, everyone, "unseen")


def _measuring_cost(networks: Networks, unseen: Cohort | None) -> float:
    frames = sum(len(view) for view in networks.cohort.views.values())
    others = sum(len(view) for view in unseen.views.values()) if unseen else 0
    return FRAME_COST / 3 * (len(networks.folds.folds) * frames + 2 * others + frames)

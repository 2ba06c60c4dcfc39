"""What a study can be told: the paper's values where it gives one, ours with a reason elsewhere."""

from typing import Annotated

import msgspec
from msgspec import Meta

from train.augment import WIDE, Augmentation
from train.settings import Architecture, FitSettings, Precision, Schedule


class StudySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Source of the paper's values: Colantonio et al., section 2.3."""

    test_subjects: Annotated[int, Meta(ge=1)] = 10
    folds: Annotated[int, Meta(ge=2)] = 4
    epochs: Annotated[int, Meta(ge=1)] = 30
    """At most; early stopping ends a training before."""
    patience: Annotated[int, Meta(ge=1)] = 5
    settle: Annotated[int, Meta(ge=0)] = 10
    """An epoch has 50 steps here, the paper's had 268; early on, the loss of so few validation
    subjects dips by luck (docs/decisions/0014)."""
    average: Annotated[float, Meta(ge=0, lt=1)] = 0.99
    """The paper names none. Of one epoch and the next, one may read 2 points better than the other
    on the same subjects; which of them is kept is luck as well."""
    batch: Annotated[int, Meta(ge=1)] = 50
    seed: Annotated[int, Meta(ge=0)] = 0
    """Of the division of subjects, of every network's first weights, of the bootstrap. The paper
    divided by hand, and gives none."""
    augmentation: Augmentation = WIDE
    """The paper names none. A fold's hundred subjects are soon known by heart without
    (docs/decisions/0014)."""
    momentum: Annotated[float, Meta(gt=0, lt=1)] = 0.9
    """Of the input batch normalisation. Keras' 0.99 blinds validation for the first epochs where an
    epoch has few steps; the paper's epochs had 268."""
    architecture: Architecture = "halved"
    """The paper's layers at half its resolution: a quarter of the time, so that a study of 150
    subjects ends within two hours on two cores. "paper" is the paper's to the letter."""
    schedule: Schedule = "constant"
    precision: Precision = "float32"
    extra_unseen: Annotated[int, Meta(ge=0)] = 60
    """Further virtual subjects to measure on: ten are too few to tell models apart."""
    bootstrap: Annotated[int, Meta(ge=100)] = 2000
    """Draws of subjects behind every 95 % interval."""

    def for_networks(self, subjects: int) -> FitSettings:
        """What each network is trained with, of a cohort of so many subjects."""
        test = self.test_subjects / subjects
        return FitSettings(
            epochs=self.epochs,
            batch=self.batch,
            patience=self.patience,
            settle=self.settle,
            average=self.average,
            seed=self.seed,
            validation=round((1 - test) / self.folds, 4),
            test=round(test, 4),
            augmentation=self.augmentation,
            momentum=self.momentum,
            architecture=self.architecture,
            schedule=self.schedule,
            precision=self.precision,
        )

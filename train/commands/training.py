"""Arguments of every command that trains networks, and what they ask for."""

import argparse
from typing import Any, get_args

from train.augment import CHOICES, NAMES
from train.commands.arguments import at_least, share_kept
from train.settings import Architecture, FitSettings, Precision, Schedule
from train.study.settings import StudySettings

DEFAULTS = FitSettings()


def add_training(parser: Any, defaults: FitSettings | StudySettings = DEFAULTS) -> None:
    """Describe them to a parser or one of its groups, with the command's defaults."""
    add = parser.add_argument
    add("--epochs", type=at_least(1), default=defaults.epochs, help="at most")
    add("--batch", type=at_least(1), default=defaults.batch, help="frames a step")
    add(
        "--patience",
        type=at_least(1),
        default=defaults.patience,
        help="epochs without a better validation loss before a training stops",
    )
    add(
        "--settle",
        type=at_least(0),
        default=defaults.settle,
        help="epochs at first that do not count for that",
    )
    add(
        "--average",
        type=share_kept,
        default=defaults.average,
        metavar="SHARE",
        help="keep a running mean of the weights, of which so much is left after a step: 0.99 is "
        "one over some 100 steps; 0 keeps the weights as they are",
    )
    add("--seed", type=at_least(0), default=defaults.seed, help="of every draw")
    add(
        "--augment",
        choices=sorted(CHOICES),
        default=NAMES[defaults.augmentation],
        help="changes to training frames, of which the paper names none: light is gain, gamma and "
        "small shifts; scanner adds time gain, dynamic range, scale, speckle, smoothing, writing, "
        "and mirror images of AR; wide is scanner with larger shifts and sizes, and turned, as of "
        "other hands on other bodies",
    )
    add(
        "--architecture",
        choices=get_args(Architecture),
        default=defaults.architecture,
        help="paper: its layers to the letter; halved: the same on frames averaged over 2 x 2 "
        "pixels, in a quarter of the time; strided: on such frames, strides instead of pooling, "
        "faster still; residual: strided, with a second convolution added to the first in the last "
        "three stages, which costs little time to train",
    )
    add(
        "--schedule",
        choices=get_args(Schedule),
        default=defaults.schedule,
        help="of the learning rate; cosine lets it fall over all epochs",
    )
    add(
        "--precision",
        choices=get_args(Precision),
        default=defaults.precision,
        help="of the hidden layers while training; bfloat16 is faster where the CPU has it",
    )


def training_of(args: argparse.Namespace) -> dict[str, Any]:
    """The fields of FitSettings, and of StudySettings, that they stand for."""
    return {
        "epochs": args.epochs,
        "batch": args.batch,
        "patience": args.patience,
        "settle": args.settle,
        "average": args.average,
        "seed": args.seed,
        "augmentation": CHOICES[args.augment],
        "architecture": args.architecture,
        "schedule": args.schedule,
        "precision": args.precision,
    }

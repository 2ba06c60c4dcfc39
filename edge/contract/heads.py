"""What a bundle says of its heads: how sure a view must be, and how far is too far."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from edge.contract.grading import VIEWS, View

Shown = Literal["AR", "HR", "neither"]
CLASSES: tuple[Shown, ...] = (*VIEWS, "neither")
"""In the order of `view_logit`."""


class DomainLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Domain scores of one view: up to `near` is in the domain, above `out` is out of it.

    ValueError where they are not in order.
    """

    near: Annotated[float, Meta(gt=0)]
    out: Annotated[float, Meta(gt=0)]

    def __post_init__(self) -> None:
        if not self.near <= self.out:
            raise ValueError(f"domain limit near {self.near} is above out {self.out}")


class Heads(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The heads of a bundle's single-view models.

    Each then gives `view_logit`, float32 (1, 3), of `CLASSES`, and `domain`, float32 (1, 1), about
    2 for frames like those that it knows and larger the less a frame is like them.
    """

    version: Literal[1] = 1
    sure: Annotated[float, Meta(ge=0.5, lt=1)]
    """Probability from which on a view is told; below it the head abstains."""
    domain: dict[View, DomainLimits]
    fitted_on: str
    """In plain words."""

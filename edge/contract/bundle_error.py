"""Why a model bundle is refused."""

from typing import Literal

Reason = Literal[
    "unreadable",
    "missing_file",
    "unlisted_file",
    "link",
    "over_size",
    "manifest",
    "hash",
    "unsigned",
    "untrusted_key",
    "bad_signature",
    "expired",
    "rolled_back",
    "external_data",
    "operator",
    "network",
    "archive",
    "state",
    "not_empty",
]
"""Codes of the refusals, explained in docs/bundle.md."""


class BundleError(ValueError):
    """A bundle that may not be used; the text names the file, what is wrong and the remedy.

    Attributes:
        reason: the code of the refusal, for a program that looks at it.
    """

    def __init__(self, text: str, reason: Reason = "manifest") -> None:
        super().__init__(text)
        self.reason: Reason = reason

"""What a measurement may end with instead of figures."""

MISSING = 3
"""Exit code of a program whose library is not there; its last line then says how to get it."""


class BenchError(RuntimeError):
    """A measurement that could not be made; says which part failed and what it said."""


class ContenderError(BenchError):
    """A program under measurement that ended or fell silent.

    Attributes:
        name: the program's.
    """

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"the {name} {what}")
        self.name = name


class MissingError(BenchError):
    """A library or a part that is not there; says how to get it."""

"""What a measurement may end with instead of figures."""


class BenchError(RuntimeError):
    """A measurement that could not be made; says which part failed and what it said."""


class MissingError(BenchError):
    """A library or a part that is not there; says how to get it."""

"""What is wrong with a run's folder."""


class RunError(ValueError):
    """A run folder that is missing, unfinished or damaged; names file, field and remedy."""

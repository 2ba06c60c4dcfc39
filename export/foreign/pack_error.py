"""Why a foreign network cannot be packed."""


class PackError(ValueError):
    """What was given does not make a bundle; names the file, what is wrong and the remedy."""

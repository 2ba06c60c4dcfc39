"""What a journal says when it cannot be used."""


class JournalError(RuntimeError):
    """The journal cannot be opened, read or written; names the file and the remedy."""

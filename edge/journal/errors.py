"""What a journal says when it cannot be used."""


class JournalError(RuntimeError):
    """The journal cannot be opened, read or written; names the file and the remedy."""


class JournalBusyError(JournalError):
    """Another process writes the journal."""

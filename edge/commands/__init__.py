"""The commands of `python -m edge`, one a file; each is imported only when it is called."""

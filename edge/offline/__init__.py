"""Reading files as the daemon reads a scanner: the same pipeline, as fast as it goes."""

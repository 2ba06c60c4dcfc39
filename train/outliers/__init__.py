"""Pictures that are no liver view, made by procedure: what a head learns to tell from livers."""

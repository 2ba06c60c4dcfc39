"""A bundle's readings of a labelled cohort, measured: `python -m train measure`."""

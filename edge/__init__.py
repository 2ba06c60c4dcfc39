"""steatoscope's edge: everything that a scanner workstation runs."""

__version__ = "0.1.0"

"""The virtual cohort: B-mode ultrasound of livers that do not exist, fat where physics puts it.

What is measured on it says nothing about patients. Research use only, not a medical device.
"""

from edge.scanner.virtual.clip import VirtualClip
from edge.scanner.virtual.presets import PRESETS, Preset
from edge.scanner.virtual.subject import Subject, draw_cohort, draw_subject

VERSION = 9
"""Raised whenever the bytes of a clip change."""

__all__ = ["PRESETS", "VERSION", "Preset", "Subject", "VirtualClip", "draw_cohort", "draw_subject"]

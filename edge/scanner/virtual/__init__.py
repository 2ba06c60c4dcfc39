"""The virtual cohort: B-mode ultrasound of livers that do not exist, fat where physics puts it.

What is measured on it says nothing about patients. Figures without a source of their own come
from the literature cited in docs/cohort.md.
"""

from edge.scanner.virtual.clip import VirtualClip
from edge.scanner.virtual.label import draw_cohort
from edge.scanner.virtual.presets import PRESETS, Preset
from edge.scanner.virtual.subject import Subject, draw_subject

VERSION = 1
"""Raised whenever the bytes of a clip change."""

__all__ = ["PRESETS", "VERSION", "Preset", "Subject", "VirtualClip", "draw_cohort", "draw_subject"]

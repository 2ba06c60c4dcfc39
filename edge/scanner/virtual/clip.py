"""A clip of one subject and view: frames by number, the same bytes in whatever order."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import View
from edge.scanner.virtual import receive
from edge.scanner.virtual.anatomy import build
from edge.scanner.virtual.geometry import LINES, SAMPLES, Field, draw_sector, screen_map
from edge.scanner.virtual.motion import FPS, draw_count, draw_motion
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.speckle import BASES, speckle, unit_power
from edge.scanner.virtual.subject import Subject

NOISE_POOL = 2**21
RAMP_MM = 8.0
"""Depth under the capsule over which the liver's motion sets in; the wall stands still."""


class VirtualClip:
    """B-mode frames of a virtual subject.

    Attributes:
        count: frames in the clip.
        width, height: of a frame, px.
        spacing_mm: mm per pixel, rows and columns.
    """

    fps = FPS

    def __init__(self, subject: Subject, view: View) -> None:
        self._subject = subject
        self._branch = int(view == "HR")
        self.sector = draw_sector(subject, view)
        self.width, self.height = subject.frame_px
        self.spacing_mm = (self.sector.mm_per_px, self.sector.mm_per_px)
        motion = self._stream(Leaf.MOTION)
        self.count = draw_count(motion)
        self._motion = draw_motion(self.count, motion)
        self.anatomy = build(subject, view, self.sector)

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Frame `number` from 0, (height, width) uint8; IndexError beyond the clip."""
        if not 0 <= number < self.count:
            raise IndexError(f"frame {number} of a clip of {self.count}")
        level = self._level_db(number) + self._gain_db
        polar = receive.gray(level, self._subject, self._reference_db)
        columns, rows = self._screen
        return np.asarray(
            cv2.remap(polar, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT),
            np.uint8,
        )

    def _stream(self, leaf: Leaf, *branch: int) -> np.random.Generator:
        return stream(self._subject.seed, self._subject.index, leaf, self._branch, *branch)

    @cached_property
    def _fields(self) -> list[list[Field]]:
        """Echo of each look and slice after the way in and out, (SAMPLES, LINES, 2)."""
        subject, sector, rng = self._subject, self.sector, self._stream(Leaf.SPECKLE)
        lost = receive.loss_db(
            self.anatomy.attenuation,
            sector,
            subject.frequency_mhz,
            subject.focus_mm,
            receive.FOCUS_DB,
        )
        kept = (10 ** (-lost / 20)).astype(np.float32)[..., np.newaxis]
        return [
            [
                speckle(self.anatomy, sector, subject.frequency_mhz, subject.focus_mm, rng) * kept
                for _ in range(BASES)
            ]
            for _ in range(subject.looks)
        ]

    @cached_property
    def _noise(self) -> NDArray[np.float32]:
        """Pool of receiver noise of the pulse's bandwidth, from which frames take stretches."""
        pool = self._stream(Leaf.NOISE).standard_normal(NOISE_POOL, np.float32)
        amplitude = np.float32(10 ** (self._subject.noise_db / 20) / np.sqrt(2))
        # Along the lines samples lie 2 x LINES apart, so that each line has its own noise.
        grid = pool.reshape(-1, 2 * LINES)
        return np.asarray(
            cv2.sepFilter2D(grid, -1, np.ones(1, np.float32), unit_power(0.8)) * amplitude
        )

    @cached_property
    def _shade(self) -> Field:
        """Share of the amplitude left by shadows, below the wall, (SAMPLES, LINES, 1)."""
        shadow = receive.shadow_db(self.sector, self._stream(Leaf.RECEIVER))
        onset = np.clip((self.sector.z_mm - 0.5 * self._subject.wall_mm) / 5, 0, 1)
        return np.asarray(10 ** (-(shadow * onset) / 20), np.float32)[..., np.newaxis]

    @cached_property
    def _gain_db(self) -> Field:
        return receive.time_gain_db(self._subject, self.sector)

    @cached_property
    def _screen(self) -> tuple[Field, Field]:
        columns, rows = screen_map(self.sector, (self.width, self.height))
        return columns, rows

    @cached_property
    def _reference_db(self) -> float:
        level = self._level_db(0) + self._gain_db
        return receive.reference_db(level, self.anatomy, self.sector)

    @cached_property
    def _ramp(self) -> Field:
        """How much of the motion each sample takes part in, 0-1."""
        below_mm = self.sector.z_mm - self.anatomy.capsule_mm
        return np.asarray(np.clip(below_mm / RAMP_MM, 0, 1), np.float32)

    def _level_db(self, number: int) -> Field:
        """Echo level before the time gain: looks averaged in amplitude."""
        columns, rows = self._displaced(number)
        noise = self._stream(Leaf.NOISE, number)
        total = np.zeros((SAMPLES, LINES), np.float32)
        for bases in self._fields:
            field = self._blend(bases, float(self._motion.slice[number]))
            moved = cv2.remap(field, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            start = int(noise.integers(len(self._noise) - SAMPLES))
            moved = moved * self._shade
            moved += self._noise[start : start + SAMPLES].reshape(SAMPLES, LINES, 2)
            total += cv2.magnitude(moved[..., 0], moved[..., 1])
        return receive.decibels(total / np.float32(len(self._fields)))

    def _displaced(self, number: int) -> tuple[Field, Field]:
        """For cv2.remap: where each sample of this frame was at rest."""
        sector = self.sector
        lines = self._motion.across_mm[number] / (sector.radius_mm + 70.0) / sector.line_step
        samples = self._motion.down_mm[number] / sector.step_mm
        columns = np.arange(LINES, dtype=np.float32) - np.float32(lines) * self._ramp
        rows = np.arange(SAMPLES, dtype=np.float32)[:, np.newaxis]
        return columns, rows - np.float32(samples) * self._ramp

    @staticmethod
    def _blend(bases: list[Field], position: float) -> Field:
        """Field at a position between two slices, with the power of one."""
        share = position % 1
        before = bases[int(position) % BASES]
        after = bases[(int(position) + 1) % BASES]
        scale = 1 / np.hypot(1 - share, share)
        return np.asarray(cv2.addWeighted(before, (1 - share) * scale, after, share * scale, 0))

"""A clip of one subject and view: frames by number, the same bytes in whatever order."""

import numpy as np

from edge.contract.grading import VIEWS, View
from edge.scanner.virtual import loss, receive
from edge.scanner.virtual.anatomy import build_anatomy
from edge.scanner.virtual.depth import draw_depth
from edge.scanner.virtual.grid import Field, Grid, inner
from edge.scanner.virtual.motion import FPS, Pose, draw_count, draw_motion
from edge.scanner.virtual.overlay import draw_background
from edge.scanner.virtual.probe import Probe
from edge.scanner.virtual.scan_conversion import Gray, lay_out
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.subject import Subject

LIVER_MM = (8.0, 45.0)
"""Depth below the capsule of the liver that the gain is set by."""

PICTURE_SHARE = 0.35
USUAL_DB = 5.0
"""A picture is by so much darker than its liver; of what is beyond, the operator makes up a share:
fatty livers look bright, as every textbook has it, and what lies behind them a little less dark."""


class VirtualClip:
    """B-mode frames of a virtual subject; what is read from them says nothing about patients.

    count: frames. fps: 30. width, height: of a frame, px. spacing_mm: mm per pixel, rows and
    columns. motion.hold: number of the hold of each frame. grid, anatomy, probe, screen: the
    world that is imaged, for those who measure.
    """

    fps = FPS

    def __init__(self, subject: Subject, view: View) -> None:
        self.subject, self.view = subject, view
        settings, wall_mm = subject.settings, subject.body.wall_mm
        depth_mm = draw_depth(view, wall_mm, self._draws(Leaf.DEPTH))
        self.grid = Grid(settings.radius_mm, float(np.deg2rad(settings.half_angle_deg)), depth_mm)
        self.anatomy = build_anatomy(subject, view, self.grid)
        shadow_db = loss.shadow_db(settings, self.grid, wall_mm, self._draws(Leaf.BEAM))
        self.probe = Probe(settings, self.grid, self.anatomy, shadow_db, self._draws(Leaf.SPECKLE))
        motion_rng = self._draws(Leaf.MOTION)
        self.count = draw_count(motion_rng)
        self.motion = draw_motion(self.count, motion_rng)
        self.screen = lay_out(self.grid, settings)
        self.width, self.height = settings.frame_px
        self.spacing_mm = (self.screen.mm_per_px, self.screen.mm_per_px)
        self._background = draw_background(self.screen, settings.ornament, self._draws(Leaf.SCREEN))
        self._gain_db = receive.time_gain_db(settings, self.grid, subject.biology.liver_attenuation)
        self._reference_db = self._liver_level_db()

    def frame(self, number: int) -> Gray:
        """Frame `number` from 0, (height, width) uint8; IndexError beyond the clip."""
        if not 0 <= number < self.count:
            raise IndexError(f"frame {number} of a clip of {self.count} frames")
        lines = self.lines(self.motion.pose(number), self._draws(Leaf.NOISE, number))
        return self.screen.show(lines, self._background)

    def lines(self, pose: Pose, noise_rng: np.random.Generator) -> Gray:
        """Gray along the scan lines, before it is laid out on the screen: (SAMPLES, LINES)."""
        level = self._shown_db(pose, noise_rng)
        return receive.compress(level, self._reference_db, self.subject.settings)

    def _shown_db(self, pose: Pose, noise_rng: np.random.Generator) -> Field:
        """Level after the time gain and the scanner's smoothing."""
        level = self.probe.level_db(pose, noise_rng) + self._gain_db
        return receive.smooth(level, self.subject.settings)

    def _liver_level_db(self) -> float:
        """Level at rest that comes out as the target gray: near that of the mid-field liver.

        An operator who sees a dark picture turns the gain up a little, whatever made it dark.
        """
        below_mm = self.grid.z - inner(self.anatomy.capsule_mm)
        clear = self.probe.shadow_db < 1
        liver = (below_mm > LIVER_MM[0]) & (below_mm < LIVER_MM[1]) & clear
        liver &= inner(self.anatomy.sections[0].liver) > 0.9
        shown_db = self._shown_db(Pose(), self._draws(Leaf.NOISE))
        liver_db = float(np.median(shown_db[liver]))
        picture_db = float(np.median(shown_db[(below_mm > 0) & clear]))
        darker_db = float(np.clip(liver_db - picture_db - USUAL_DB, -USUAL_DB, 2 * USUAL_DB))
        return liver_db - PICTURE_SHARE * darker_db

    def _draws(self, leaf: Leaf, *branch: int) -> np.random.Generator:
        """Random stream of this subject and view."""
        place = VIEWS.index(self.view)
        return stream(self.subject.seed, self.subject.index, leaf, place, *branch)

"""The README's picture of the viewer: a virtual exam, through the real daemon, in a real browser.

python -m tests.system.viewer_picture docs/viewer.png
"""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from edge.contract.bundle import builtin_path
from tests.system import feed_process
from tests.system.browser import chromium, opened
from tests.system.daemon_process import running, write_settings
from tests.system.view_process import viewing

SUBJECT = "virtual:fat=12,seed=7,preset=single"
FRAMES_A_VIEW = 56


def take(browser: Any, path: Path, folder: Path) -> None:
    """Write the picture, 1920 x 1080 px PNG; `folder`: for sockets and settings."""
    frames = f"ipc://{folder}/frames"
    settings = write_settings(folder / "edge.toml", builtin_path(), {"room1": (frames, "")})
    sources = [f"{SUBJECT},view={view}" for view in ("AR", "AR", "HR", "HR")]
    with ExitStack() as ends:
        daemon = ends.enter_context(running(settings))
        words = (daemon.estimates_address(), "--frames", f"room1={frames}")
        view = ends.enter_context(viewing(*words))
        page = ends.enter_context(opened(browser, view.url))
        feed = feed_process.start(frames, *sources, "--exam", "exam-7", "--loop")
        ends.callback(_end, feed)
        page.wait_for_function(
            f"() => steatoscope.store.scanner?.views.HR?.trace.length > {FRAMES_A_VIEW}"
        )
        page.wait_for_timeout(500)
        page.screenshot(path=str(path))


def _end(feed: "subprocess.Popen[str]") -> None:
    feed.terminate()
    feed.communicate()


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made, chromium() as found:
        take(found, Path(sys.argv[1]), Path(made))

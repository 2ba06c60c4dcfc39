"""A provider that fails in the middle of an exam: the CPU goes on, and everybody is told."""

import itertools
from pathlib import Path

from tests.system import faulty_daemon
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.conftest import Place
from tests.system.daemon_process import running, write_settings
from tests.system.faulty_daemon import TRIGGER, program


def test_an_exam_goes_on_over_the_loss_of_the_gpu_and_says_degraded(
    tmp_path: Path, small_bundle: Path
) -> None:
    scanner = BareScanner()
    settings = tmp_path / "edge.toml"
    write_settings(settings, small_bundle, {"room": (scanner.endpoint, "")})
    with running(settings, program(faulty_daemon.gpu_lost)) as daemon:
        address = daemon.estimates_address()
        place = Place("room", scanner, BareViewer(address), daemon, address)
        place.meet()
        scanner.frame()
        before = place.viewer.estimate(seq=0, exam="exam-1").fields
        scanner.frame(exam=TRIGGER)
        place.viewer.estimate(seq=1)
        scanner.frame()
        after = place.viewer.estimate(seq=2).fields
        status = place.until_status(lambda fields: fields["state"] == "degraded")
        place.viewer.close()
    scanner.close()

    assert (before["model"]["provider"], before["flags"]) == ("cuda", [])
    assert (after["model"]["provider"], after["flags"]) == ("cpu", ["degraded"])
    assert (after["frames"], after.get("restarts", 0)) == (2, 0), "the exam goes on"
    assert status["provider"] == "cpu"
    assert "CUDA failure 700; going on with the CPU" in daemon.log
    read = [fields["seq"] for fields in place.viewer.estimates("exam-1")]
    assert all(b > a for a, b in itertools.pairwise(read))

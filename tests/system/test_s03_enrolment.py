"""S3: a revoked peer is out, and one newly enrolled is in, within 5 s while the daemon runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import Keyring
from edge.sockets.keys import ClientKeys, KeyPair
from edge.sockets.subscriber import EstimateSubscriber
from tests.daemon_messages import status
from tests.goals import Record
from tests.system.bare_viewer import BareViewer
from tests.system.conftest import LockedRoom

LIMIT_S = 5.0


def seconds_until(happened: Callable[[], bool]) -> float:
    """How long until it happened; AssertionError after twice the limit."""
    started_s = time.monotonic()
    while not happened():
        assert time.monotonic() - started_s < 2 * LIMIT_S
    return time.monotonic() - started_s


def hears(viewer: BareViewer, timeout_s: float = 0.3) -> bool:
    return viewer.receive(timeout_s) is not None


def is_silent(viewer: BareViewer) -> bool:
    """Whether more than a status's time passes without a message."""
    return not hears(viewer, 1.6)


def test_a_revoked_viewer_falls_silent_and_the_others_do_not(
    locked_room: LockedRoom, goal: Record
) -> None:
    revoked = locked_room.viewer("night")
    locked_room.place.meet()
    assert seconds_until(lambda: hears(revoked)) < LIMIT_S

    locked_room.keyring.revoke("night")
    started_s = time.monotonic()
    while not is_silent(revoked):
        assert time.monotonic() - started_s < LIMIT_S
    goal("S3", f"viewer revoked: silent within {time.monotonic() - started_s:.1f} s")

    locked_room.place.meet()
    assert not hears(revoked, 0.1)
    revoked.close()


def test_a_viewer_that_was_refused_is_served_once_it_is_enrolled(
    locked_room: LockedRoom, goal: Record
) -> None:
    pair = KeyPair.draw()
    locked_room.place.meet()
    stranger = BareViewer(
        locked_room.place.address,
        curve_pair=(pair.public.encode(), pair.secret.encode()),
        server_key=locked_room.keyring.own().public.encode(),
    )
    assert is_silent(stranger)

    locked_room.keyring.enrol("new-ward", pair.public)

    served_s = seconds_until(lambda: hears(stranger))
    goal("S3", f"viewer enrolled after a refusal: served after {served_s:.1f} s")
    assert served_s <= LIMIT_S
    stranger.close()


def test_a_revoked_scanner_is_heard_no_longer_until_it_is_enrolled_again(
    locked_room: LockedRoom, goal: Record
) -> None:
    place, keyring = locked_room.place, locked_room.keyring
    place.meet()
    keyring.revoke("room")

    def frame_is_read() -> bool:
        place.scanner.frame()
        seq = place.scanner.seq - 1
        return bool(place.viewer.find(lambda message: message.fields.get("seq") == seq, 0.5))

    silent_s = seconds_until(lambda: not frame_is_read())
    assert silent_s <= LIMIT_S
    assert not frame_is_read()
    keyring.enrol("room", locked_room.scanner_pair[0].decode())
    back_s = seconds_until(frame_is_read)
    goal("S3", f"scanner revoked: unheard after {silent_s:.1f} s; enrolled: after {back_s:.1f} s")
    assert back_s <= LIMIT_S


def test_a_scanners_key_opens_no_estimates(locked_room: LockedRoom) -> None:
    locked_room.place.meet()
    viewer = BareViewer(
        locked_room.place.address,
        curve_pair=locked_room.scanner_pair,
        server_key=locked_room.keyring.own().public.encode(),
    )

    assert is_silent(viewer)
    viewer.close()


def test_no_key_is_in_the_log(locked_room: LockedRoom) -> None:
    stranger = locked_room.viewer(None)
    locked_room.place.meet()
    locked_room.place.daemon.wait_for_line("1 connections refused")
    time.sleep(2.5)  # it knocks again and again
    locked_room.place.daemon.end()

    assert locked_room.place.daemon.log.count("connections refused") == 1
    keys = [*locked_room.keyring.enrolled()[0].values(), locked_room.keyring.own().public]
    keys.append(locked_room.keyring.own().secret)
    assert not [key for key in keys if key in locked_room.place.daemon.log]
    stranger.close()


@dataclass
class Wards:
    """A bus of this process, and its viewers' keys by name, all enrolled."""

    bus: Bus
    keyring: Keyring
    keys: dict[str, ClientKeys]

    def hears(self, viewer: EstimateSubscriber) -> bool:
        """Whether a message that is sent now, or was just before, gets through."""
        self.bus.publish(*status())
        return viewer.receive(20) is not None


@contextmanager
def wards(folder: Path, bind: str, *names: str) -> Iterator[Wards]:
    keyring = Keyring(folder)
    public = keyring.create().public
    pairs = {name: KeyPair.draw() for name in names}
    for name, pair in pairs.items():
        keyring.enrol(name, pair.public)
    with Authenticator(Enrolment(folder)) as door, Bus(bind, door) as bus:
        keys = {name: ClientKeys(pair, lambda: public) for name, pair in pairs.items()}
        yield Wards(bus, keyring, keys)


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_whoever_is_still_enrolled_is_back_at_once(tmp_path: Path, transport: str) -> None:
    bind = "tcp://127.0.0.1:*" if transport == "tcp" else f"ipc://{tmp_path}/bus"
    with (
        wards(tmp_path / "keys", bind, "kept", "revoked") as here,
        EstimateSubscriber(here.bus.endpoint, keys=here.keys["kept"]) as kept,
        EstimateSubscriber(here.bus.endpoint, keys=here.keys["revoked"]) as revoked,
    ):
        seconds_until(lambda: here.hears(kept) and here.hears(revoked))
        here.keyring.revoke("revoked")
        time.sleep(1.1)
        here.bus.serve()
        while revoked.receive(100) or kept.receive(100):
            pass
        back_s = seconds_until(lambda: here.hears(kept))
        got = [here.hears(revoked) for _ in range(50)]
        faults = here.bus.port.faults()

    assert back_s <= 1.0
    assert not any(got)
    assert faults == ()


def test_without_the_cut_a_revoked_session_would_live_on(tmp_path: Path, goal: Record) -> None:
    """The control: a bus that is not looked after keeps sending to a revoked viewer."""
    with (
        wards(tmp_path, "tcp://127.0.0.1:*", "ward") as here,
        EstimateSubscriber(here.bus.endpoint, keys=here.keys["ward"]) as viewer,
    ):
        seconds_until(lambda: here.hears(viewer))
        here.keyring.revoke("ward")
        time.sleep(1.1)
        lives_on = [here.hears(viewer) for _ in range(20)]
        here.bus.serve()
        while viewer.receive(100):
            pass
        still = [here.hears(viewer) for _ in range(20)]

    goal("S3", control=f"sessions not cut: {sum(lives_on)} of 20 messages to a revoked viewer")
    assert all(lives_on[5:])
    assert not any(still)

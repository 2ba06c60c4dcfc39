"""S3: a revoked peer is out, and one newly enrolled is in, within 5 s while the daemon runs."""

import time
from collections.abc import Callable
from pathlib import Path

from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair
from edge.sockets.subscriber import EstimateSubscriber
from tests.daemon_messages import status
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
    """Whether two statuses' time passes without a message."""
    return not hears(viewer, 2.2)


def test_a_revoked_viewer_falls_silent_and_the_others_do_not(locked_room: LockedRoom) -> None:
    revoked = locked_room.viewer("night")
    locked_room.place.meet()
    assert seconds_until(lambda: hears(revoked)) < LIMIT_S

    locked_room.keyring.revoke("night")
    started_s = time.monotonic()
    while not is_silent(revoked):
        assert time.monotonic() - started_s < LIMIT_S

    locked_room.place.meet()
    assert not hears(revoked, 0.1)
    revoked.close()


def test_a_viewer_that_was_refused_is_served_once_it_is_enrolled(locked_room: LockedRoom) -> None:
    pair = KeyPair.draw()
    locked_room.place.meet()
    stranger = BareViewer(
        locked_room.place.address,
        curve_pair=(pair.public.encode(), pair.secret.encode()),
        server_key=locked_room.keyring.own().public.encode(),
    )
    assert is_silent(stranger)

    locked_room.keyring.enrol("new-ward", pair.public)

    assert seconds_until(lambda: hears(stranger)) <= LIMIT_S
    stranger.close()


def test_a_revoked_scanner_is_heard_no_longer_until_it_is_enrolled_again(
    locked_room: LockedRoom,
) -> None:
    place, keyring = locked_room.place, locked_room.keyring
    place.meet()
    keyring.revoke("room")

    def frame_is_read() -> bool:
        place.scanner.frame()
        seq = place.scanner.seq - 1
        return bool(place.viewer.find(lambda message: message.fields.get("seq") == seq, 0.5))

    assert seconds_until(lambda: not frame_is_read()) <= LIMIT_S
    assert not frame_is_read()
    keyring.enrol("room", locked_room.scanner_pair[0].decode())
    assert seconds_until(frame_is_read) <= LIMIT_S


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
    locked_room.place.daemon.end()

    keys = [*locked_room.keyring.enrolled()[0].values(), locked_room.keyring.own().public]
    keys.append(locked_room.keyring.own().secret)
    assert not [key for key in keys if key in locked_room.place.daemon.log]
    stranger.close()


def test_without_the_cut_a_revoked_session_would_live_on(tmp_path: Path) -> None:
    """The control: a bus that is not looked after keeps sending to a revoked viewer."""
    keyring = Keyring(tmp_path)
    keyring.create()
    pair = KeyPair.draw()
    keyring.enrol("ward", pair.public)
    client = Enrolment(tmp_path).client("ward")
    client = type(client)(pair, lambda: keyring.own().public)
    with (
        Authenticator(Enrolment(tmp_path)) as door,
        Bus("tcp://127.0.0.1:*", door) as bus,
        EstimateSubscriber(bus.endpoint, keys=client) as viewer,
    ):

        def is_served() -> bool:
            bus.publish(*status())
            return viewer.receive(20) is not None

        seconds_until(is_served)
        keyring.revoke("ward")
        time.sleep(1.5)
        lives_on = is_served() and is_served()
        bus.serve()
        still = [is_served() for _ in range(20)]

    assert lives_on
    assert not any(still[-10:])

"""The daemon put together, and taken through its life: start, new settings, end."""

import gc
import logging
import os
import signal
import sys
import threading

import cv2

from edge.bell import Bell
from edge.clock import ClockWatch
from edge.daemon import Daemon
from edge.deadline import Deadline
from edge.health.pages import pages
from edge.health.watched import Watched, WatchedScanner
from edge.notify import Notifier
from edge.parts import Parts, audited, outlet_of
from edge.providers import DEGRADED_FLAG
from edge.reload import Prepared, Reload, Source
from edge.runner import Runner
from edge.runner_sessions import new_run_options
from edge.sockets.receiver import Receiver
from edge.stations import Stations
from edge.waiter import Waiter
from edge.watchdog import Watchdog

SWITCH_S = 0.0005
"""How long a Python thread may keep the interpreter while another waits: below a frame's budget."""

FAULT_EXIT_CODE = 4

VITAL = frozenset(("receiver", "journal", "deadline"))
"""Threads without which nothing is read; health and audit are no reason to stop."""

log = logging.getLogger("edge")


class Service:
    """A daemon that serves until it is told to stop, and takes new settings meanwhile."""

    def __init__(self, parts: Parts, source: Source) -> None:
        """`source`: where new settings come from when it is told to reload."""
        settings, runner, bus = parts.settings, parts.runner, parts.bus
        self._parts = parts
        self._settings, self._runner = settings, runner
        self._enrolment = parts.enrolment
        self._source = source
        ready = threading.Condition()
        self._deadline = Deadline(settings.deadline_ms / 1e3, new_run_options)
        runner.deadline = self._deadline
        self._stations = Stations(ready, parts.enrolment, parts.journal)
        self._stations.follow(settings, runner)
        self._bell = Bell()
        self._receiver = Receiver(self._stations.posts, self._bell)
        self._notifier = Notifier()
        self._outlet = outlet_of(parts, ready)
        self._daemon = Daemon(
            bus,
            self._outlet,
            Waiter(ready, self._bell, self._receiver.wait),
            Watchdog(
                self._notifier,
                {
                    "receiver": lambda: self._receiver.gets_on,
                    "deadline": lambda: self._deadline.gets_on,
                    "readers": lambda: self._daemon.crew.gets_on,
                },
            ),
            ClockWatch(lambda step_s: parts.audit.record("clock_step", seconds=round(step_s, 3))),
        )
        self._daemon.listen(self._stations.scanners, settings.exam_idle_s)
        self._degraded = False
        self._bus = bus
        self._failures: list[threading.ExceptHookArgs] = []
        self._reload_asked = False
        self._reload: Reload | None = None
        self._ends_with_terminal = False

    def run(self) -> int:
        """Serve; returns the exit code."""
        sys.setswitchinterval(SWITCH_S)
        # One frame's resampling is too little to share: waking a second thread takes longer.
        cv2.setNumThreads(1)
        # What has been loaded stays: without this a full collection stops a frame for 15 ms.
        gc.freeze()
        self._heed_signals()
        self._others, threading.excepthook = threading.excepthook, self._fail
        self._outlet.start()
        self._receiver.start()
        self._serve_health()
        log.info("ready: %s", self._described())
        log.info("estimates on %s", self._bus.endpoint)
        self._tell_ready()
        with audited(self._parts, self._failures):
            try:
                self._daemon.run(self._between_turns)
            finally:
                self._notifier.stopping()
                self._daemon.watchdog.dismiss()
                self._receiver.stop()
            self._daemon.drain()
            self._daemon.crew.close()
            self._outlet.close()
        self._deadline.close()
        self._bell.close()
        for failure in self._failures:
            # The type alone: an exception's text may hold what a peer sent.
            name = failure.thread.name if failure.thread else "a"
            log.critical("the %s thread failed: %s", name, failure.exc_type.__name__)
        log.info("stopped")
        return FAULT_EXIT_CODE if self._failures else 0

    def _heed_signals(self) -> None:
        """SIGTERM and SIGINT drain, and a second of them ends at once; SIGHUP reloads.

        But where SIGHUP says that the terminal is gone, it ends the daemon, as any program.
        """

        def stop(*_: object) -> None:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self._daemon.stop()

        def hang_up(*_: object) -> None:
            self._reload_asked = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if hasattr(signal, "SIGHUP"):  # Windows has none
            before = signal.signal(signal.SIGHUP, hang_up)
            self._ends_with_terminal = before != signal.SIG_IGN and has_terminal()

    def _fail(self, crash: threading.ExceptHookArgs) -> None:
        """A thread has crashed: without one of these the daemon cannot go on."""
        if crash.thread is None or crash.thread.name not in VITAL:
            self._others(crash)
            return
        self._failures.append(crash)
        self._daemon.stop()

    def _serve_health(self) -> None:
        if self._parts.health:
            self._parts.health.start(pages(self._watched()))
            log.info("health on http://%s", self._parts.health.place)

    def _watched(self) -> Watched:
        """What health looks at."""
        return Watched(
            scanners=lambda: [
                WatchedScanner(post.name, post.inbox, post.link, scanner.tally)
                for post, scanner in self._stations.pairs
            ],
            loop=self._daemon,
            receiver=self._receiver,
            port=self._bus.port,
            model=lambda: self._runner.info,
            clock=self._daemon.clock,
            provider_asked=lambda: self._settings.provider,
            door=self._bus.door,
            journal=self._outlet,
            audit=self._parts.audit,
            log=self._parts.limit,
        )

    def _described(self) -> str:
        named = [f"{scanner.name} at {scanner.frames}" for scanner in self._settings.scanner]
        return f"{describe(self._runner)}; listening to {', '.join(named)}"

    def _tell_ready(self, more: str = "") -> None:
        scanners = len(self._settings.scanner)
        self._notifier.ready(f"{describe(self._runner)}; scanners: {scanners}{more}")

    def _between_turns(self) -> None:
        """Start a reload that was asked for; once one is ready, take it over between two frames."""
        if self._degraded is not (DEGRADED_FLAG in self._runner.info.flags):
            self._degraded = not self._degraded
            if self._degraded:
                self._parts.audit.record("provider_degraded", provider=self._runner.info.provider)
        if self._reload is None:
            if self._reload_asked:
                self._begin_reload()
        elif not self._reload.is_alive():
            self._end_reload(self._reload)

    def _begin_reload(self) -> None:
        self._reload_asked = False
        if self._lost_terminal():
            self._daemon.stop()
            return
        self._notifier.reloading()
        log.info("reloading the settings; the present ones serve meanwhile")
        self._reload = Reload(self._source, self._settings, self._runner, self._enrolment)
        self._reload.start()

    def _lost_terminal(self) -> bool:
        """Whether the window that it was started in has been closed."""
        return self._ends_with_terminal and not has_terminal()

    def _end_reload(self, reload: Reload) -> None:
        self._reload = None
        if self._lost_terminal():  # which may not have been seen yet when the signal came
            self._daemon.stop()
            return
        if reload.prepared is None:
            log.error("reload refused, the old settings stay in force: %s", reload.refusal)
            self._parts.audit.record("settings_refused", reason=reload.kind)
            self._tell_ready("; the last reload was refused, see the log")
            return
        before = self._runner.info.sha256
        self._take_over(reload.prepared)
        self._parts.audit.record("settings_reloaded")
        if self._runner.info.sha256 != before:
            self._parts.audit.record(
                "bundle_changed", before=before, after=self._runner.info.sha256
            )
        log.info("reloaded: %s", self._described())
        self._tell_ready()

    def _take_over(self, new: Prepared) -> None:
        """Put new settings in force. Exams go on, but begin anew under another model."""
        self._daemon.rest()
        if new.runner is not None:
            self._runner = new.runner
            self._runner.deadline = self._deadline
        self._deadline.limit_s = new.settings.deadline_ms / 1e3
        logging.getLogger().setLevel(new.settings.log_level.upper())
        self._settings = new.settings
        self._stations.follow(new.settings, self._runner)
        self._receiver.exchange(self._stations.posts)
        self._daemon.listen(self._stations.scanners, new.settings.exam_idle_s)
        gc.freeze()


def has_terminal() -> bool:
    """Whether there is a terminal that this process belongs to."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def describe(runner: Runner) -> str:
    """The model in use, in words."""
    info = runner.info
    marks = "".join(f", {flag}" for flag in info.flags)
    return f"model {info.name} {info.version} ({info.precision}{marks}) on {info.provider}"

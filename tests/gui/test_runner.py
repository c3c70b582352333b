"""The worker of the window: it is asked to stop, and waited for."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.job import Engine, Job
from explorer.ui.runner import Runner
from tests.gui.conftest import LONG, MadeUpEngine


def test_stopping_does_not_wait_for_the_present_step(qtbot: QtBot) -> None:
    begun, gate = threading.Event(), threading.Event()

    def make() -> Engine:
        begun.set()
        assert gate.wait(LONG / 1000)  # as torch's import takes its time
        return MadeUpEngine()

    runner = Runner(make)
    runner.start(Job(name="photo", methods=NAMES))
    assert begun.wait(LONG / 1000)
    runner.stop()
    assert not runner.stopped
    gate.set()
    qtbot.waitUntil(lambda: runner.stopped, timeout=LONG)
    runner.close()

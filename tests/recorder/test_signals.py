"""Signals that come while a record is kept."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from reproof.recorder import signals
from reproof.recorder.signals import Held, Signals


def test_the_first_interrupt_is_noted_and_the_second_is_obeyed() -> None:
    with Held() as held:
        held.arm()
        os.kill(os.getpid(), signal.SIGINT)
        assert held.came == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_before_it_is_armed_the_first_one_is_obeyed() -> None:
    with pytest.raises(KeyboardInterrupt), Held():
        os.kill(os.getpid(), signal.SIGINT)


def test_what_was_released_is_obeyed() -> None:
    with Held() as held:
        held.arm()
        held.release()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Held() as held:
            held.arm()
            os.kill(os.getpid(), signal.SIGHUP)
            assert held.came is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_handlers_are_those_from_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Held():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_key_that_comes_before_the_command_is_passed_on_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_is_foreground", lambda: True)
    with Signals(lambda: None) as passing:
        os.kill(os.getpid(), signal.SIGINT)
        process = subprocess.Popen(["sleep", "20"])
        passing.started(process.pid)
        assert process.wait(10) == -signal.SIGINT
    assert passing.interrupted

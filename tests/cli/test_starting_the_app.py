import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nntui.cli import start
from nntui.cli.hangup import leave_in_good_order
from nntui.cli.main import run
from nntui.resources import models_dir


@pytest.fixture
def terminal(root, monkeypatch):
    """A terminal, for all that can be told of the streams."""
    monkeypatch.setattr(start, "is_terminal", lambda stream: True)
    monkeypatch.setenv("PYTHONUTF8", "1")


def test_the_app_is_given_what_it_needs_and_its_exit_code_is_ours(terminal, root):
    asked = {}

    def app(**arguments) -> int:
        asked.update(arguments)
        return 7

    assert run([], run_app=app) == 7
    assert (asked["runs_root"], asked["base"], asked["model"]) == (root, Path.cwd(), None)


def test_a_model_to_open(terminal, root):
    asked = {}
    assert run(["--model", "iris"], run_app=lambda **arguments: asked.update(arguments) or 0) == 0
    assert (asked["model"], asked["base"]) == (models_dir() / "iris.toml", Path.cwd())


def test_a_color_system_that_is_not_known_is_corrected(terminal, monkeypatch, capsys):
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "rainbow")
    seen = []
    assert run([], run_app=lambda **arguments: seen.append(os.environ["TEXTUAL_COLOR_SYSTEM"]) or 0) == 0
    assert seen == ["auto"]
    assert capsys.readouterr().err.startswith("nntui: TEXTUAL_COLOR_SYSTEM=rainbow is not known, using auto")


def test_an_output_that_is_not_utf8_is_begun_again_with_utf8(terminal, monkeypatch):
    monkeypatch.delenv("PYTHONUTF8")
    monkeypatch.setattr(sys, "__stderr__", open(os.devnull, "w", encoding="latin-1"))  # noqa: PTH123, SIM115
    calls = []
    monkeypatch.setattr(os, "execve", lambda *arguments: calls.append(arguments))
    assert run([], run_app=lambda **arguments: 0) == 0
    sys.__stderr__.close()
    ((program, arguments, environment),) = calls
    assert (program, arguments[0], arguments[1:]) == (sys.executable, sys.executable, sys.orig_argv[1:])
    assert (environment["PYTHONUTF8"], environment["PYTHONIOENCODING"]) == ("1", "utf-8")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_asks_the_app_to_leave_in_its_own_thread(number):
    # In a process of its own: the last resort would end this one.
    program = f"""
import os, signal, sys, threading
from nntui.cli.hangup import leave_in_good_order
class App:
    left = threading.Event()
    def exit(self): self.left.set()
    def call_from_thread(self, callback): callback()
with leave_in_good_order() as leaving:
    leaving.watch(App())
    os.kill(os.getpid(), {int(number)})
    App.left.wait(30)
print("left", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "left\n")


def test_an_app_that_does_not_answer_is_left_behind():
    program = """
import os, signal, threading
from nntui.cli import hangup
hangup._PATIENCE = 0.05
class App:
    def exit(self): pass
    def call_from_thread(self, callback): threading.Event().wait()
with hangup.leave_in_good_order() as leaving:
    leaving.watch(App())
    os.kill(os.getpid(), signal.SIGHUP)
    threading.Event().wait(30)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == 128 + signal.SIGHUP


def test_the_mask_is_put_back():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with leave_in_good_order():
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) >= {signal.SIGHUP, signal.SIGTERM}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before

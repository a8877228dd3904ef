"""The command line as a process of its own, forked from one that has loaded the project before: a run costs what it
does, not what it loads. How it starts from nothing is for tests/whole/test_front_end.py, and what gets signals too.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.support import ROOT

_LOCK = threading.Lock()


def scoreboard(
    *arguments: str | Path, cwd: Path = ROOT, environ: Mapping[str, str] | None = None, timeout: float = 180
) -> subprocess.CompletedProcess[str]:
    """A run to its end, in this folder, with the environment of the test or with this one in its place. Raises
    TimeoutExpired after so many seconds.
    """
    words = [str(word) for word in arguments]
    told = {
        "words": words,
        "cwd": str(cwd),
        "environ": {**(os.environ if environ is None else environ), "PYTHONPATH": str(ROOT)},
    }
    with _LOCK, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        nursery = _nursery()
        socket.send_fds(nursery, [json.dumps(told).encode() + b"\n"], [out.fileno(), err.fileno()])
        pid = int(nursery.recv(32))
        nursery.settimeout(timeout)
        try:
            code = int(nursery.recv(32))
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            nursery.settimeout(None)
            nursery.recv(32)
            raise subprocess.TimeoutExpired(words, timeout) from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(words, code, out.read().decode(), err.read().decode())


@cache
def _nursery() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "tests.support.command", str(theirs.fileno())]
    subprocess.Popen(command, cwd=ROOT, env=environ, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    return ours


def _main(listener: socket.socket) -> None:
    """Forks a run for each message, until nobody is left who could send one."""
    for name in ("scoreboard", "providers", "probes"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    gc.freeze()
    while True:
        message, files, *_ = socket.recv_fds(listener, 1 << 20, 2)
        if not message:
            return
        pid = os.fork()
        if not pid:
            listener.close()
            _become(files, **json.loads(message))
            return
        for file in files:
            os.close(file)
        listener.send(str(pid).encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        listener.send(str(code).encode())


def _become(files: list[int], words: list[str], cwd: str, environ: dict[str, str]) -> None:
    for number, file in enumerate(files, 1):
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    sys.path[0] = cwd
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["scoreboard", *words]
    runpy.run_module("scoreboard", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main(socket.socket(fileno=int(sys.argv[1])))

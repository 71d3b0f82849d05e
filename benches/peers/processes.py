"""Processes, what the system accounts them for, and how they are stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# No crawl takes longer, unless it hangs.
PATIENCE_S = 600
# How often a process is looked at. Each look costs some 0.1 ms.
LOOK_S = 0.02


class Failure(Exception):
    """The comparison cannot be made, or found a difference."""


@dataclass
class Usage:
    """What the system accounts a process for."""

    cpu_s: float
    memory_mb: float
    wall_s: float
    was_killed: bool
    stdout: str


def run_measured(command, kill_after_s=None, environment=None):
    """Runs a command to its end, or kills it after some time, and returns its usage."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**without_proxies(os.environ), **(environment or {})},
        )
        status, usage, memory_kb, was_killed = wait_for(process, began, kill_after_s)
        wall_s = time.monotonic() - began

        out.seek(0)
        err.seek(0)
        stdout, stderr = out.read().decode(), err.read().decode(errors="replace")

    code = os.waitstatus_to_exitcode(status)
    # wget ends with 8 where the server answered one address with an error, as ours does.
    is_good = code == 0 or was_killed or (code == 8 and command[0] == "wget")
    if not is_good:
        raise Failure(f"{command} ended with {code}:\n{stdout[-2000:]}\n{stderr[-2000:]}")

    cpu_s = usage.ru_utime + usage.ru_stime
    return Usage(cpu_s, memory_kb / 1024, wall_s, was_killed, stdout)


def without_proxies(environment):
    """Returns an environment in which nothing is asked by way of another server."""
    names = [name for name in environment if not name.lower().endswith("_proxy")]
    return {name: environment[name] for name in names}


def wait_for(process, began, kill_after_s):
    """Waits for a process. Returns its status, usage and peak memory, and whether it was killed."""
    peak_kb, was_killed = 0, False
    try:
        while True:
            peak_kb = max(peak_kb, high_water_kb(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                # The process is gone: Popen must not wait for its number.
                process.returncode = os.waitstatus_to_exitcode(status)
                return status, usage, peak_kb or max_rss_kb(usage), was_killed

            took_s = time.monotonic() - began
            if took_s > PATIENCE_S:
                raise Failure(f"{process.args} takes longer than {PATIENCE_S} s")
            if kill_after_s is not None and took_s > kill_after_s and not was_killed:
                os.kill(process.pid, signal.SIGKILL)
                was_killed = True
            time.sleep(LOOK_S)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()


def high_water_kb(pid):
    """Returns the peak memory of a process so far; 0 where the system does not tell.

    ru_maxrss would do, were it not at least that of this script: a child begins as its copy.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def max_rss_kb(usage):
    return usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss


@contextlib.contextmanager
def served(command, read_address):
    """Runs a server. Yields what `read_address` reads in its first lines. Stops it by its pid."""
    with tempfile.TemporaryFile() as err:
        server = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
        try:
            yield read_address(server.stdout)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

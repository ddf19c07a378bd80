"""What a command costs in a process of its own."""

import os
import subprocess
import time
from typing import NamedTuple

import psutil

MEGABYTE = 2**20


class Cost(NamedTuple):
    """Seconds by the clock, CPU seconds (user and system), peak memory in MB.

    The processes that a command starts are counted with it.
    """

    wall: float
    cpu: float
    memory: float


def measure(command: list[str]) -> Cost:
    """Run a command to its end."""
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    while True:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        peak = max(peak, _held(process.pid))
        time.sleep(0.02)
    if status:
        raise SystemExit(f"{command[:4]} failed with status {status}")
    wall, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    return Cost(wall, cpu, max(peak / MEGABYTE, used.ru_maxrss / 1024))


def _held(pid: int) -> int:
    try:
        whole = psutil.Process(pid)
        family = [whole, *whole.children(recursive=True)]
        return sum(member.memory_info().rss for member in family)
    except psutil.NoSuchProcess:
        return 0

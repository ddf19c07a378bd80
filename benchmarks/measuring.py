"""Seconds and peak memory of a command in a process of its own."""

import subprocess
import time

import psutil

MEGABYTE = 2**20


def measure(command: list[str]) -> tuple[float, float]:
    """Run a command; give its seconds and the peak of its memory in MB."""
    start, peak = time.perf_counter(), 0
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{command[:4]} failed with code {process.returncode}")
    return time.perf_counter() - start, peak / MEGABYTE

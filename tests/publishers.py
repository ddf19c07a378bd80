"""Publishers that publish release after release, say which are there, and are killed.

Run as a program, so that what is forked has no threads. Each line that it reads is the
first number of a new publisher's releases.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from learnstrata.layer.publishing.publication import publish
from released import stamped

MOST = 100  # releases of a publisher: nobody killed it
LEARNERS = 500


def say(what):
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def publish_on(address, first):
    stamped(first, LEARNERS)  # what is loaded for the first is no publication
    say("begun")
    for number in range(first, first + MOST):
        publish(stamped(number, LEARNERS), address)
        say(number)


def main():
    for line in sys.stdin:
        child = os.fork()
        if not child:
            publish_on(sys.argv[1], int(line))
            os._exit(0)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("ended")


def pid_in(lines):
    return next((int(one.split()[1]) for one in lines if one.startswith("pid")), None)


@contextmanager
def publishers(address):
    """Start the program; give what kills a publisher after so many seconds.

    It gives the last release that the publisher said was there, 0 if it said of none.
    """
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, __file__, address],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def killed(first, seconds):
        process.stdin.write(f"{first}\n")
        process.stdin.flush()
        lines = [process.stdout.readline()]
        while "begun\n" not in lines or not pid_in(lines):
            lines.append(process.stdout.readline())
        time.sleep(seconds)
        os.kill(pid_in(lines), signal.SIGKILL)
        while lines[-1] not in {"ended\n", ""}:
            lines.append(process.stdout.readline())
        return max([0, *(int(line) for line in lines if line.strip().isdigit())])

    try:
        yield killed
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


if __name__ == "__main__":
    main()

"""Publishers that publish release after release, say which are there, and are killed.

Each line that the program reads is the first number of a new publisher's releases.
"""

import os
import signal
import sys
import time
from contextlib import contextmanager

from forks import children_of, say, serve
from learnstrata.layer.publishing.publication import publish
from released import stamped

MOST = 100  # releases of a publisher: nobody killed it
LEARNERS = 500


def publish_on(address, first):
    stamped(first, LEARNERS)  # what is loaded for the first is no publication
    say("begun")
    for number in range(first, first + MOST):
        publish(stamped(number, LEARNERS), address)
        say(number)
    return 0


@contextmanager
def publishers(address):
    """Start the program; give what kills a publisher after so many seconds.

    It gives the last release that the publisher said was there, 0 if it said of none.
    """
    with children_of(__file__, address) as children:

        def killed(first, seconds):
            publisher = children.begin(first)
            time.sleep(seconds)
            os.kill(publisher, signal.SIGKILL)
            _, said = children.wait()
            return max([0, *(int(line) for line in said if line.strip().isdigit())])

        yield killed


if __name__ == "__main__":
    serve(lambda line: publish_on(sys.argv[1], int(line)))

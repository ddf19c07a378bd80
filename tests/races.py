"""Two processes that write to one place at once, again and again.

Run as a program, so that what is forked has no threads. It says for each round how the
two ended and what was there.
"""

import json
import os
import sys
import warnings
from functools import partial
from pathlib import Path

from crashes import WAYS, told_by_key
from learnstrata.disk import placing
from learnstrata.exceptions import OutputError
from learnstrata.privacy.keys import own_key

RUN_FILES = ("share/summary.json", "private/model.json")


class Racers:
    """Two processes that begin each round together, as two pipes tell them."""

    def __init__(self, act, rounds):
        self.ends = [self._start(act, told, rounds) for told in ("one", "other")]

    @staticmethod
    def _start(act, told, rounds):
        (ours, asks), (answers, theirs) = os.pipe(), os.pipe()
        if os.fork():
            os.close(ours)
            os.close(theirs)
            return asks, answers
        os.close(asks)  # or it would wait for itself where the parent is gone
        os.close(answers)
        for n in range(rounds):
            if not os.read(ours, 1):
                break
            try:
                said = act(told, n)
            except OutputError as error:
                said = str(error)
            os.write(theirs, json.dumps(said).encode())
        os._exit(0)

    def race(self):
        for asks, _ in self.ends:
            os.write(asks, b"!")
        return [json.loads(os.read(answers, 4096)) for _, answers in self.ends]

    def end(self):
        for _ in self.ends:
            _, status = os.wait()
            assert status == 0


def raced(folder, way, *, overwrite, rounds):
    """Have two processes write in the same way to one place after another."""
    write, read = WAYS[way]
    watched = overwrite and way == "folder" and placing._renameat2 is not None

    def look(place):
        if watched:  # while the other swaps
            for name in RUN_FILES:
                assert json.loads((place / name).read_text())

    def act(told, n):
        place = folder / str(n) / "place"
        look(place)
        write(told, overwrite=overwrite)(place)
        look(place)
        return told

    places = [folder / str(n) / "place" for n in range(rounds)]
    for place in places if overwrite else ():
        write("old", overwrite=False)(place)
    return _rounds(act, places, read)


def raced_for_a_key(folder, *, rounds):
    def act(_, n):
        return own_key(folder / str(n) / "place").hex()

    def read(place):
        assert told_by_key(place)
        return place.read_text().strip()

    return _rounds(act, [folder / str(n) / "place" for n in range(rounds)], read)


def _rounds(act, places, read):
    racers = Racers(act, len(places))
    found = []
    for place in places:
        said = racers.race()
        there = sorted(item.name for item in place.parent.iterdir())
        found.append([said, read(place), there])
    racers.end()
    return found


def main():
    folder, exchanges, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    warnings.simplefilter("error")
    os.fsync = lambda _: None  # slow, and of no matter to who comes first
    if exchanges != "exchange":
        placing._renameat2 = None
    told = {"key": raced_for_a_key(folder / "key", rounds=rounds)}
    for way in WAYS:
        fresh = partial(raced, folder / way, way, rounds=rounds)
        told[f"{way}, fresh"] = fresh(overwrite=False)
        over = partial(raced, folder / f"{way} over", way, rounds=rounds)
        told[f"{way}, over another"] = over(overwrite=True)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()

"""Processes that end at each of their file-system calls, one after another.

Run as a program, so that what is forked has no threads. It says for each way to write
what was there after each crash, and what after the next run.
"""

import ctypes
import json
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from learnstrata.disk import placing
from learnstrata.exceptions import OutputError
from learnstrata.layer.folder import check_target, write_file, write_folder
from learnstrata.layer.folder import write_pictures as pictures
from learnstrata.privacy.keys import make_key, own_key
from tiny import files, text, told_by

CALLS = ("open", "os.", "shutil.", "tempfile.", "fcntl.")
CRASHED = 77


def end_at(n):
    """End this process, as a power cut does, at its n-th call from now on."""
    left = [n]

    def count(event, _=None):
        if event.startswith(CALLS):
            left[0] -= 1
            if not left[0]:
                os._exit(CRASHED)

    def counted(call):
        def calling(*arguments):
            count("os.before")
            done = call(*arguments)
            number = ctypes.get_errno()
            count("os.after")
            ctypes.set_errno(number)
            return done

        return calling

    sys.addaudithook(count)
    os.fsync = counted(os.fsync)
    if placing._renameat2 is not None:
        placing._renameat2 = counted(placing._renameat2)


def crashed(act, place, n):
    """Say whether a process that ends at its n-th call got so far."""
    child = os.fork()
    if not child:
        end_at(n)
        act(place)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, CRASHED}, code
    return code == CRASHED


def run(told, *, overwrite):
    return lambda place: write_folder(place, files(told), overwrite=overwrite)


def file(told, *, overwrite):
    return lambda place: write_file(place, text(told), overwrite=overwrite)


def drawn(told, *, overwrite):
    def draw(folder):
        (folder / "a.svg").write_text(told)
        (folder / "b.svg").write_text(told)

    return lambda place: pictures(place, draw, overwrite=overwrite)


def told_by_pictures(folder):
    (told,) = {(folder / name).read_text() for name in ("a.svg", "b.svg")}
    assert len(list(folder.iterdir())) == 2
    return told


def told_by_key(path):
    assert len(bytes.fromhex(path.read_text())) == 32
    assert path.read_text().endswith("\n")
    return "new"


def or_refused(act):
    def acting(place):
        with suppress(OutputError):
            act(place)

    return acting


# what is written, what reads it, and the next run
WAYS = {"folder": (run, told_by), "file": (file, Path.read_text)}
WAYS |= {"pictures": (drawn, told_by_pictures)}


def ways():
    """Give by its name: what is there before, the act, what reads it, the next run."""
    for name, (write, read) in WAYS.items():
        new, old = write("new", overwrite=False), write("old", overwrite=False)
        over = write("new", overwrite=True)
        yield f"{name}, fresh", None, new, read, or_refused(new)
        yield f"{name}, over another", old, over, read, over
    again = run("new", overwrite=True)
    look = or_refused(lambda place: check_target(place, overwrite=False))
    yield "folder, then a look", run("old", overwrite=False), again, told_by, look
    yield "key", None, make_key, told_by_key, own_key


def tried(folder, before, act, read, after):
    """Crash a way to write at each of its calls."""
    found = []
    for n in range(1, 1_000):
        place = folder / str(n) / "place"
        place.parent.mkdir(parents=True)
        if before:
            before(place)
        got_there = not crashed(act, place, n)
        state = [read(place) if os.path.lexists(place) else None]
        after(place)
        state.append(read(place) if os.path.lexists(place) else None)
        found.append([*state, sorted(item.name for item in place.parent.iterdir())])
        if got_there:
            return found
    raise AssertionError("it never came to an end")


def main():
    folder, exchanges = Path(sys.argv[1]), sys.argv[2] == "exchange"
    warnings.simplefilter("error")
    os.fsync = lambda _: None  # slow, and a process that ends loses nothing by it
    if not exchanges:
        placing._renameat2 = None
    json.dump({name: tried(folder / name, *way) for name, *way in ways()}, sys.stdout)


if __name__ == "__main__":
    main()

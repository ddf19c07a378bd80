"""The least that counts as a run on disk, and a look at what is there."""

import json


def text(content):
    """Give what writes a text."""
    return lambda path: path.write_text(content, encoding="utf-8")


def summary(told):
    return text(json.dumps({"schema_version": 4, "segments": [], "told": told}))


MODEL = text(json.dumps({"model_version": 4, "centers": []}))


def files(told):
    """Give the files of a run that says `told`."""
    return {"share/summary.json": summary(told), "private/model.json": MODEL}


def told_by(run):
    """Read what a run says; fails where a file of it is not there, whole."""
    told = json.loads((run / "share" / "summary.json").read_text())["told"]
    assert json.loads((run / "private" / "model.json").read_text())["centers"] == []
    assert everything_in(run) == RUN
    return told


RUN = ["private", "private/model.json", "share", "share/summary.json"]


def everything_in(folder):
    return sorted(item.relative_to(folder).as_posix() for item in folder.rglob("*"))

"""The model of a run, read back."""

from pathlib import Path

from learnstrata.disk.nearness import did_you_mean
from learnstrata.exceptions import SourceError
from learnstrata.layer.places import MODEL, file_of_run
from learnstrata.segments.model.model import SegmentModel

__all__ = ["load_model"]


def load_model(path: str | Path) -> SegmentModel:
    """Load the model of a run.

    Parameters
    ----------
    path : path
        A run folder, or its ``private/model.json``.

    Returns
    -------
    SegmentModel

    Raises
    ------
    SourceError
        If there is no such file, or it is not a model.
    """
    file = file_of_run(path, MODEL)
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(
            f"There is no model {str(file)!r}. Give the folder of a run, or the "
            f"{MODEL} in it.{did_you_mean(file)}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read the model {file}: {error}.") from None
    return SegmentModel.from_json(text)

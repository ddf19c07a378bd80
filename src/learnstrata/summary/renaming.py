"""Results under other names of their segments: nothing is computed again."""

from collections.abc import Mapping
from typing import TypeVar

from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.pay import Cohort
from learnstrata.summary.contract.previous import Previous
from learnstrata.summary.contract.results import Results, Settings
from learnstrata.summary.previous import with_sentences

__all__ = ["renamed"]

R = TypeVar("R", bound=Results)


def renamed(results: R, names: Mapping[int, str]) -> R:
    """Give results whose segments have other names, wherever these stand.

    Parameters
    ----------
    results : Results
        Exact or disclosed. They are not changed.
    names : mapping of int to str
        By the id of a segment; one that is not in it keeps its name.

    Returns
    -------
    Results
        Of the same type. The sentences of a summary are those of before: make them
        anew.
    """
    segments = tuple(
        one.model_copy(update={"name": names.get(one.id, one.name)})
        for one in results.segments
    )
    given = {
        str(one.id): one.name for one in segments if one.name != one.name_by_numbers
    }
    return results.model_copy(
        update={
            "segments": segments,
            "settings": _configured(results.settings, given),
            "cohorts": tuple(_cohort(one, names) for one in results.cohorts),
            "evidence": results.evidence and _evidence(results.evidence, names),
            "previous": _since(results, names),
        }
    )


def _since(results: Results, names: Mapping[int, str]) -> Previous | None:
    """Rename the segments of a comparison, and say anew what is new.

    An old segment that bore a name which is given up bears the new one too: whoever
    renames to be rid of a name is rid of it.
    """
    found = results.previous
    if found is None:
        return None
    new = tuple(
        one.model_copy(update={"name": names.get(one.id, one.name)})
        for one in found.new_segments
    )
    gone = {
        was.name: now.name for was, now in zip(found.new_segments, new, strict=True)
    }
    old = tuple(
        one.model_copy(update={"name": gone.get(one.name, one.name)})
        for one in found.old_segments
    )
    previous = found.model_copy(update={"new_segments": new, "old_segments": old})
    return with_sentences(previous, results.settings.numbers)


def _configured(settings: Settings, given: Mapping[str, str]) -> Settings:
    """Let the configuration say the names, so that it makes the same run again."""
    return settings.model_copy(
        update={"config": {**settings.config, "names": {**given}}}
    )


def _cohort(cohort: Cohort, names: Mapping[int, str]) -> Cohort:
    """Rename the rows of segments; those of one share are in the order of names."""
    rows = (
        row.model_copy(update={"value": names.get(row.segment_id or 0, row.value)})
        for row in cohort.by_segment
    )
    told = sorted(rows, key=lambda r: (r.share is None, -(r.share or 0), r.value))
    return cohort.model_copy(update={"by_segment": tuple(told)})


def _evidence(evidence: Evidence, names: Mapping[int, str]) -> Evidence:
    """Rename the parts that are whole segments: others have names of their own."""
    finer = evidence.finer
    parts = tuple(
        part
        if "." in part.subsegment_id
        else part.model_copy(
            update={"name": names.get(int(part.subsegment_id), part.name)}
        )
        for part in finer.parts
    )
    update = {"finer": finer.model_copy(update={"parts": parts})}
    return evidence.model_copy(update=update)

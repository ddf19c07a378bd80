"""Actions by their id, and results that are changed a little."""

from learnstrata.decisions.playbook import recommend


def actions(results):
    """Give the actions of results by their id."""
    return {action.id: action for action in recommend(results)}


def changed(result, **fields):
    """Give a result with other values."""
    return result.model_copy(update=fields)


def questions(results, **fields):
    """Give results with other answers."""
    return changed(results, questions=changed(results.questions, **fields))


def lacking(results, *columns):
    """Give results of a table without these columns."""
    there = tuple(c for c in results.input.available if c not in columns)
    return changed(results, input=changed(results.input, available=there))


def with_cohort(results, key, **fields):
    """Give results with another cohort of this kind."""
    others = tuple(
        changed(one, **fields) if one.key == key else one for one in results.cohorts
    )
    return changed(results, cohorts=others)

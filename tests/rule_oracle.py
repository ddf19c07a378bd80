"""Rules, one learner and one condition at a time."""

from learnstrata.segments.meaning.conditions import Rule


def rule_of(*paths):
    return Rule(1, paths, "", 0.0, 0.0, 0, 0)


def met_by(row, condition):
    """One learner, one condition, from what the docstring says."""
    value = row[condition.feature]
    unknown = {
        "years_of_experience": row["experience_imputed"] == 1,
        "company_level": row["company"] is None,
    }
    if value is None or unknown.get(condition.feature, False):
        return condition.or_missing
    return {
        ">": lambda: value > condition.value,
        "<=": lambda: value <= condition.value,
        "=": lambda: value == condition.value,
        "!=": lambda: value != condition.value,
    }[condition.op]()

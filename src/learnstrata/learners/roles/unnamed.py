"""Role groups that name no role."""

from learnstrata.config.stages import Config
from learnstrata.learners.roles.titles import NOT_STATED, UNMAPPED

__all__ = ["NO_ROLE", "unnamed_roles"]

NO_ROLE = (NOT_STATED, UNMAPPED, "Other")


def unnamed_roles(config: Config) -> tuple[str, ...]:
    """Give the role groups of a configuration that name no role.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> unnamed_roles(load_config("notebook"))
    ('Not stated', 'Unmapped', 'Other', 'Other_Role', 'Unknown_Role')
    """
    given = (config.roles.other, config.cleaning.missing_title)
    return (*NO_ROLE, *(name for name in given if name and name not in NO_ROLE))

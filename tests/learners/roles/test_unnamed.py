"""Role groups that name no role."""

from learnstrata.config.loading import load_config
from learnstrata.learners.roles.unnamed import NO_ROLE, unnamed_roles


def test_role_groups_that_name_no_role_are_those_of_the_recipe():
    assert unnamed_roles(load_config("robust")) == NO_ROLE
    assert set(unnamed_roles(load_config("notebook"))) == {
        *NO_ROLE,
        "Unknown_Role",
        "Other_Role",
    }

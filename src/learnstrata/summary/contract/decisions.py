"""What the teams can do: actions, for whom, and how a trial tells whether it worked."""

from typing import Annotated, Literal

from learnstrata.privacy.disclosure.kinds import (
    Count,
    Fact,
    Label,
    Rows,
    Setting,
    Share,
    Word,
)
from learnstrata.summary.contract.model import SEGMENT_ID, Model, Number

ActionId = Literal[
    "pathways",
    "mentor_pools",
    "lagging_pay",
    "transitions",
    "pay_benchmarks",
    "repair",
    "quarterly_refit",
]
Team = Literal["product", "mentoring", "career services"]
Span = Literal["one year apart", "one or more years apart", ""]
LotOf = Literal["the whole list", "this segment", "small segments together"]


class Trial(Model):
    """How a hold-out shows that an action worked: an outcome, and its share today.

    `outcome` is in words, `whom` says of whom the share is known, `span` how far their
    records lie apart (empty where the outcome is not of pay). `whole` counts those of
    whom it could be known. `per_arm` learners with the action and as many without it
    see the share change by `change` with a power of 80 %, two-sided at 5 %; it is
    rounded up to two digits, and null where the share cannot change so far. `lot` are
    the learners of `lot_of`, from whom one lot draws both arms.
    """

    outcome: Annotated[str, Label()]
    whom: Annotated[str, Word()]
    span: Annotated[Span, Word()]
    whole: Annotated[int | None, Count("learners of whom it could be known")]
    known: Annotated[int | None, Count("learners of whom the outcome is known")]
    met: Annotated[int | None, Count("of them, with the outcome")]
    base: Annotated[Number, Share("learners with the outcome", "known", "met")]
    change: Annotated[float, Setting()]
    per_arm: Annotated[int | None, Fact("worked out of `base` and `change`")]
    lot_of: Annotated[LotOf, Word()]
    lot: Annotated[int | None, Fact("sum of the counts of those it is drawn from")]

    @property
    def is_drawn(self) -> bool:
        """Whether a lot is drawn: its learners are enough for both arms."""
        return self.per_arm is not None and (self.lot or 0) >= 2 * self.per_arm


class Target(Model):
    """A segment, role or cohort an action is for.

    `segment_id` is null where it is none, `programme` empty where there is no pathway,
    `trial` null where the table has no outcome to go by.
    """

    name: Annotated[str, Label()]
    size: Annotated[int | None, Count("learners the action is for")]
    share: Annotated[Number, Share("learners it is for", "segmented", "size")]
    why: Annotated[str, Label()]
    segment_id: Annotated[int | None, SEGMENT_ID] = None
    programme: Annotated[str, Label()] = ""
    trial: Annotated[Trial | None, Rows()] = None

    @property
    def is_tried(self) -> bool:
        """Whether some of its learners are held out."""
        return self.trial is not None and self.trial.is_drawn


class Action(Model):
    """One recommended action: who owns it, for whom, why, and how it is judged.

    `team` owns it, `teams` are all it concerns. `list` is a file under
    ``private/lists``, empty where there is none.
    """

    id: Annotated[ActionId, Word()]
    team: Annotated[Team, Word()]
    teams: Annotated[tuple[Team, ...], Word()]
    title: Annotated[str, Word()]
    why: Annotated[str, Label()]
    targets: Annotated[tuple[Target, ...], Rows()]
    first_step: Annotated[str, Label()]
    measure: Annotated[str, Label()]
    horizon: Annotated[str, Label()]
    list: Annotated[str, Word()]

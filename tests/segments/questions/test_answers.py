"""The questions together: what they take from a run, and that nothing is changed."""

from learnstrata.segments.questions.answers import answer_questions


def asked(run, learners=None, **changes):
    known = {"available": run.meaning.model.features.available, **changes}
    return answer_questions(
        run.meaning.learners if learners is None else learners, **known
    )


def test_a_run_answers_them_of_its_learners(small_run):
    before = small_run.meaning.learners.clone()
    assert asked(small_run) == small_run.meaning.questions
    assert small_run.meaning.learners.equals(before)


def test_the_order_of_learners_does_not_matter(small_run):
    mixed = small_run.meaning.learners.sample(fraction=1, shuffle=True, seed=2)
    one, two = asked(small_run), asked(small_run, mixed)
    assert one.mentor_roles == two.mentor_roles
    assert one.entry_level == two.entry_level
    assert [r.role for r in one.lagging_pay.by_role] == [
        r.role for r in two.lagging_pay.by_role
    ]
    assert one.lagging_pay.lagging == two.lagging_pay.lagging


def test_a_higher_least_number_answers_of_fewer(small_run):
    one, two = asked(small_run), asked(small_run, least=60)
    assert len(two.lagging_pay.by_role) < len(one.lagging_pay.by_role)
    assert two.entry_level is None


def test_a_table_that_lacks_it_all_answers_nothing(small_run):
    bare = asked(small_run, available=("learner_id",))
    assert (bare.explained, bare.mentor_roles) == ((), ())
    assert bare.lagging_pay is bare.entry_level is None

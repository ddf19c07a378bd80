"""The questions together: what they take from a run, and that nothing is changed."""

from dataclasses import replace

from learnstrata.segments.questions.answers import answer_questions


def asked(run, learners=None, **changes):
    features = run.meaning.model.features
    known = {
        "available": features.available,
        "bands": features.experience_band_names,
        "config": run.config,
        **changes,
    }
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
    related = [found.pay_with_experience for found in (one, two)]
    assert related[0].learners == related[1].learners
    assert [r.role for r in related[0].by_role] == [r.role for r in related[1].by_role]


def test_a_higher_least_number_answers_of_fewer(small_run):
    config = small_run.config
    of_many = replace(config, privacy=replace(config.privacy, learners=60, base=60))
    one, two = asked(small_run), asked(small_run, config=of_many)
    roles = [len(found.pay_with_experience.by_role) for found in (one, two)]
    assert roles[1] < roles[0]


def test_a_table_that_lacks_it_all_answers_nothing(small_run):
    bare = asked(small_run, available=("learner_id",))
    assert (bare.explained, bare.mentor_roles) == ((), ())
    assert bare.pay_with_experience is None

"""The segments in the contract are those of the run, exactly."""

import pytest

from learnstrata.summary.meaning import build_bands, build_rules, build_segments


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def test_every_segment_is_there_with_its_size(done):
    segments = build_segments(done)
    assert [s.size for s in segments] == [p.count for p in done.meaning.profiles]
    assert [s.name for s in segments] == list(done.meaning.model.names)


def test_rows_of_bands_add_up_to_their_learners(done):
    found = build_bands(done)
    assert sum(row.learners for row in found.rows) == found.n_learners
    for row in found.rows:
        assert row.rule == f"{row.experience_band} / {row.pay_band}"
        assert sum(cell.count for cell in row.cells) == row.learners


def test_rules_are_those_of_the_run(done):
    assert build_rules(done).n_held_out == done.meaning.rules.n_held_out

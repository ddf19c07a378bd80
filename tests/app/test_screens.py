"""What the terminal shows."""

from learnstrata.app.screens import DOING, run_as_json
from learnstrata.pipeline import STAGES
from learnstrata.summary.build import summarise


def test_every_stage_has_a_text():
    assert set(DOING) == {"read", *STAGES, "write"}
    assert len(set(DOING.values())) == len(DOING)


def test_the_verdict_is_part_of_the_result(small_run, notebook_run, tmp_path):
    told = run_as_json(summarise(small_run), tmp_path)
    assert told["verdict"] == small_run.clusters.trust.verdict.word
    assert run_as_json(summarise(notebook_run), tmp_path)["verdict"] is None

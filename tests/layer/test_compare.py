"""Two runs beside each other: exact for their owner, disclosed for everybody else."""

import json

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

import learnstrata as ls
from learnstrata.layer.compare import compare_sides, read_side
from learnstrata.layer.migration import Crossing
from learnstrata.layer.pairs import Counts, fates, followed
from learnstrata.layer.reading import read_summary
from learnstrata.privacy.disclosure.rounding import Rounding, share_of
from learnstrata.stats.stability import adjusted_rand
from learnstrata.summary.previous import agreement_sentence
from thrift import NO_EVIDENCE

KEY = bytes(32)
LEARNER = "email_hash"
TABLE = ls.make_learners(1_200, rng=4)
IDS = TABLE[LEARNER].unique(maintain_order=True)
OLD = TABLE.filter(pl.col(LEARNER).is_in(IDS[:1_150].implode()))
NEW = TABLE.filter(pl.col(LEARNER).is_in(IDS[150:].implode()))


def segmented(table, *, k, **more):
    asked = {"evidence": NO_EVIDENCE, "selection": {"k": k}}
    config = ls.load_config(**asked, names=more.pop("names", None))
    return ls.segment(table, config=config, key=KEY, **more)


@pytest.fixture(scope="module")
def old():
    return segmented(OLD, k=4, names={1: "Ready to mentor"})


@pytest.fixture(scope="module")
def new(old):
    return segmented(NEW, k=5, previous=old)


@pytest.fixture(scope="module")
def folders(old, new, tmp_path_factory):
    desk = tmp_path_factory.mktemp("runs")
    return old.save(desk / "old"), new.save(desk / "new")


@pytest.fixture(scope="module")
def found(folders):
    return ls.compare_runs(*folders, key=KEY)


def test_exact_counts_are_those_of_a_join_by_learner(old, new, found):
    both = old.learners.join(new.learners, on="learner_id", how="inner")
    assert found.exact.in_both == len(both)
    assert found.exact.left == len(old.learners) - len(both)
    assert found.exact.joined == len(new.learners) - len(both)
    for one in found.exact.migrations:
        cell = both.filter(segment_id=one.old_id, segment_id_right=one.new_id)
        assert one.count == len(cell)
    ari = adjusted_rand_score(both["segment_id"], both["segment_id_right"])
    assert found.exact.agreement == pytest.approx(ari, abs=0.006)


def test_movers_are_listed_by_learner_and_add_up(found):
    kinds = dict(found.movers["kind"].value_counts().iter_rows())
    exact = found.exact
    told = {"moved": exact.moved, "joined": exact.joined, "left": exact.left}
    assert kinds == {kind: n for kind, n in told.items() if n}
    assert found.movers["learner_id"].is_unique().all()


def segment_size(results, segment_id):
    return results.segment(segment_id).size


def test_sizes_numbers_and_shares_are_those_that_each_run_tells(folders, found):
    before, after = map(read_summary, folders)
    told = found.told
    assert [s.size for s in told.old_segments] == [s.size for s in before.segments]
    assert [s.size for s in told.new_segments] == [s.size for s in after.segments]
    assert (told.size_old, told.size_new) == (before.segmented, after.segmented)
    assert any(pair.numbers for pair in told.pairs)
    assert any(pair.shares for pair in found.exact.pairs)
    for pair in told.pairs:
        for one in pair.numbers:
            run = before.segment(pair.old_id), after.segment(pair.new_id)
            own = tuple(segment.number(one.feature).p50 for segment in run)
            assert (one.old, one.new) == own
        for one in pair.shares:
            values = after.segment(pair.new_id).category(one.category)
            assert one.new == next(v.share for v in values if v.value == one.value)
            error = before.rounding_error / segment_size(before, pair.old_id)
            error += after.rounding_error / segment_size(after, pair.new_id)
            assert abs(one.new - one.old) >= error


def test_what_is_told_of_learners_is_rounded_or_under_the_base(found):
    exact = {(m.old_id, m.new_id): m.count for m in found.exact.migrations}
    told = [(m.count, exact[m.old_id, m.new_id]) for m in found.told.migrations]
    assert any(count is None for count, _ in told)
    for count, true in told:
        least = found.told.base
        assert count is not None or true < 2 * least
        assert count is None or (count % least == 0 and abs(count - true) <= 3 * least)
        assert count is None or true >= least


def test_what_is_shared_names_no_learner_and_movers_are_private(found, tmp_path):
    folder = found.save(tmp_path / "diff")
    shared = (folder / "share" / "comparison.json").read_text()
    ids = found.movers["learner_id"].to_list()
    assert not [one for one in ids if one in shared]
    assert (folder / "private" / "movers.csv").read_text().count("\n") == len(ids) + 1
    assert (folder / "private").stat().st_mode & 0o077 == 0
    assert json.loads(shared)["comparison_version"] == 1


def test_the_same_runs_and_key_give_the_same_bytes(folders, found, tmp_path):
    again = ls.compare_runs(*folders, key=KEY).save(tmp_path / "again")
    once = found.save(tmp_path / "once")
    for item in once.rglob("*.*"):
        assert (again / item.relative_to(once)).read_bytes() == item.read_bytes()


def test_with_what_is_shared_alone_nobody_is_followed_and_it_says_so(folders, tmp_path):
    alone = tmp_path / "passed-on"
    alone.mkdir()
    text = (folders[0] / "share" / "summary.json").read_text()
    (alone / "summary.json").write_text(text)
    found = ls.compare_runs(alone / "summary.json", folders[1])
    assert found.movers is None
    assert not found.told.by_learner
    assert "takes the private part of both" in found.told.sentences[0]
    assert found.told.in_both is None
    assert {p.fate for p in found.told.pairs} <= {"same name", "unmatched"}
    assert any(p.numbers for p in found.told.pairs)


def test_runs_of_other_learners_follow_nobody(old):
    others = segmented(TABLE.with_columns(pl.col(LEARNER).str.reverse()), k=3)
    found = ls.compare_runs(old, others)
    assert "Hardly any learner is in both runs" in found.told.sentences[0]
    assert found.movers is None


def test_a_table_without_learner_ids_has_nobody_to_follow(old):
    config = ls.load_config(evidence=NO_EVIDENCE, record="learner", selection={"k": 3})
    numbered = ls.segment(TABLE.drop(LEARNER), config=config)
    found = ls.compare_runs(old, numbered)
    assert "without learner ids" in found.told.sentences[0]


def test_records_are_nobody_who_could_be_followed(old):
    with pytest.raises(ls.ParameterError, match="'notebook' segments records, and a"):
        ls.segment(TABLE, "notebook", previous=old)


def test_a_folder_of_something_else_is_never_replaced(found, tmp_path):
    (tmp_path / "diff").mkdir()
    (tmp_path / "diff" / "thesis.txt").write_text("mine")
    with pytest.raises(ls.OutputError, match="is not the folder of a comparison and"):
        found.save(tmp_path / "diff", overwrite=True)
    done = found.save(tmp_path / "other")
    with pytest.raises(ls.OutputError, match="is there already"):
        found.save(done)
    assert found.save(done, overwrite=True) == done


def test_settings_that_differ_are_listed_and_no_others(found, old):
    assert [one.setting for one in found.told.settings] == ["selection.k"]
    same = compare_sides(old.side, old.side, key=KEY).told
    assert same.settings == ()
    assert same.moved is None
    assert same.sentences[1] == "All segments continue."


def crossing(table, left=None, joined=None):
    counts = np.array(table)
    rows, columns = counts.shape
    return Crossing(
        counts,
        np.array(left or [0] * rows),
        np.array(joined or [0] * columns),
        b"content",
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[90, 10], [5, 95]], [("continued", (1, 1)), ("continued", (2, 2))]),
        ([[60, 40]], [("continued", (1, 1)), ("split", (1, 2))]),
        ([[70], [50]], [("continued", (1, 1)), ("merged", (2, 1))]),
        ([[90, 0], [0, 80], [5, 9]], [("continued", (1, 1)), ("continued", (2, 2)),
                                      ("merged", (3, 2))]),
        ([[50, 50]], [("split", (1, 1)), ("split", (1, 2))]),
        ([[40, 5, 20], [4, 60, 20]], [("continued", (1, 1)), ("continued", (2, 2)),
                                      ("new", (None, 3))]),
        ([[90, 0], [0, 80], [15, 15]], [("continued", (1, 1)), ("continued", (2, 2)),
                                        ("retired", (3, None))]),
    ],
)  # fmt: skip
def test_what_became_of_a_segment_follows_from_its_learners(table, expected):
    assert list(fates(crossing(table))) == expected


def told_agreement(table, offset=20):
    return Counts(crossing(table), Rounding(50, offset).count, share_of, 50).agreement()


def test_agreement_counts_the_movers_of_whom_no_cell_tells():
    table = np.full((5, 5), 5) + np.diag([515] * 5)  # 100 of 2,700 moved, by fives
    assert told_agreement(table) == pytest.approx(adjusted_rand(table), abs=0.02)
    assert told_agreement(table) < 0.95


def test_agreement_is_left_out_where_moves_are_hidden():
    assert told_agreement(np.full((3, 3), 5) + np.diag([900] * 3)) is None
    assert told_agreement(np.full((4, 4), 9) + np.diag([100] * 4)) is None


def test_agreement_is_one_only_where_nobody_moved():
    moved = np.array([[80_000, 0], [60, 60_000]])
    assert told_agreement(moved) == 0.99
    exact = Counts(crossing(np.diag([800, 700])), int, lambda part, whole: part / whole)
    assert exact.agreement() == 1.0


def drawn_table(rng):
    k = int(rng.integers(2, 9))
    old = rng.choice(k, int(rng.choice([1_000, 3_000, 20_000])))
    moves = rng.random(len(old)) < rng.choice([0.02, 0.1, 0.3])
    new = np.where(moves, rng.integers(0, k, len(old)), old)
    return np.bincount(old * k + new, minlength=k * k).reshape(k, k)


def test_the_agreement_that_is_told_is_near_the_exact_one():
    rng = np.random.default_rng(3)
    tables = [drawn_table(rng) for _ in range(400)]
    pairs = [(told_agreement(t, int(rng.integers(50))), t) for t in tables]
    off = np.array([t - adjusted_rand(table) for t, table in pairs if t is not None])
    assert len(off) > 150
    assert np.abs(off).mean() < 0.02
    assert np.quantile(np.abs(off), 0.95) < 0.06


def test_the_share_that_stays_is_of_the_whole_size_in_both_forms(found):
    for form, share in ((found.told, share_of), (found.exact, lambda n, of: n / of)):
        pairs = [p for p in form.pairs if p.count and p.size_old and p.size_new]
        assert pairs
        for one in pairs:
            for told, size in ((one.of_old, one.size_old), (one.of_new, one.size_new)):
                left_open = form is found.told and told is None
                assert left_open or told == share(one.count, size)


def with_few(run, *sizes):
    """Give a run with segments of these sizes."""
    segments = tuple(
        run.segments[0].model_copy(update={"id": i, "size": n})
        for i, n in enumerate(sizes, start=1)
    )
    counted = run.input.model_copy(update={"segmented": sum(sizes)})
    return run.model_copy(update={"segments": segments, "input": counted})


def test_moves_are_no_more_than_the_segment_they_are_from_as_it_is_told(new):
    """Of 460 learners 300 and 200 are told to be somewhere; of 60 in both runs 100."""
    of = Counts(crossing([[290, 190], [5, 400]]), Rounding(50, 40).count, share_of, 50)
    runs = with_few(new.summary, 460, 410), with_few(new.summary, 300, 570)
    assert (of.told(290), of.told(190)) == (300, 200)
    told = followed(runs, of, ()).migrations
    assert sum(one.count for one in told if one.old_id == 1) <= 460
    assert all(one.count is None or one.count >= 50 for one in told)
    few = with_few(new.summary, 60)
    one = Counts(
        crossing([[58], [5]], left=[99, 0]), Rounding(50, 40).count, share_of, 50
    )
    assert one.told(63) == 100
    found = followed((runs[0], few), one, ())
    assert (found.in_both, found.agreement) == (60, None)
    assert "has one segment" in agreement_sentence(
        found.model_copy(update={"k_new": 1})
    )


def test_a_run_that_follows_another_keeps_names_and_tells_what_is_new(new, found):
    continued = [p for p in found.exact.pairs if p.fate == "continued"]
    kept = {p.new_id for p in continued if p.old_id == 1}
    assert [s.name for s in new.summary.segments if s.id in kept] == ["Ready to mentor"]
    assert new.summary.previous == found.told
    assert new.exact.previous == found.exact
    assert len(new.summary.previous.sentences) == 3


def test_a_run_that_follows_another_loads_and_is_the_same_bytes_again(
    new, folders, tmp_path
):
    loaded = ls.load(folders[1])
    assert loaded.summary == new.summary
    assert loaded.exact == new.exact
    again = segmented(NEW, k=5, previous=folders[0]).save(tmp_path / "again")
    for item in (folders[1] / "share").iterdir():
        assert (again / "share" / item.name).read_bytes() == item.read_bytes()


def test_a_run_renamed_later_says_what_is_new_under_its_new_names(new):
    name = new.summary.segments[0].name
    renamed = new.renamed({1: "Somebody else"}).summary.previous
    assert renamed.new(1).name == "Somebody else"
    assert not [s for s in renamed.sentences if f'now called "{name}"' in s]


def test_a_side_is_read_from_the_folder_as_it_was_saved(new, folders):
    side = read_side(folders[1])
    assert side.told == new.summary
    assert side.owned.learners.equals(new.learners)


def test_movers_are_guarded_on_disk_and_raw_in_hand(tmp_path):
    odd = TABLE.with_columns(email_hash=pl.concat_str(pl.lit("=1+"), pl.col(LEARNER)))
    ids = odd[LEARNER].unique(maintain_order=True)
    stay = odd.filter(pl.col(LEARNER).is_in(ids[:900].implode()))
    found = ls.compare_runs(segmented(odd, k=3), segmented(stay, k=3), key=KEY)
    assert found.movers["learner_id"].str.starts_with("=1+").all()
    path = found.save(tmp_path / "diff") / "private" / "movers.csv"
    assert pl.read_csv(path)["learner_id"].str.starts_with("'=1+").all()

"""The page of monitoring: what stands on it, whole and without a request."""

import re
from html.parser import HTMLParser

import pytest

from learnstrata.report.monitoring import render_monitoring
from learnstrata.summary.contract.monitoring import (
    Check,
    Limits,
    Monitoring,
    PayNow,
    SegmentNow,
)
from learnstrata.summary.contract.previous import ShareChange
from learnstrata.summary.monitoring import check_name, with_sentences
from learnstrata.wording.numbers import Numbers

WRITE = Numbers(100_000.0, "LPA", 10)


def check(looked, name, effect, advice="keep", **more):
    values = {"n_old": 5_000, "n_new": 5_000, "floor": 0.05, "shift": None}
    values |= {"psi": 0.02, "psi_floor": 0.01, "p": 0.001}
    return Check(
        looked=looked, name=name, effect=effect, advice=advice, **values | more
    )


@pytest.fixture(params=["keep", "watch", "refit"])
def found(request):
    advice = request.param
    middle = {"total": 0.12, "within": 0.08, "mix": 0.04}
    ends = {f"{name}_low": value - 0.02 for name, value in middle.items()}
    ends |= {f"{name}_high": value + 0.02 for name, value in middle.items()}
    one = Monitoring(
        base=10,
        advice=advice,
        limits=Limits(
            alpha=0.01,
            watch_effect=0.1,
            refit_effect=0.5,
            watch_pay=0.03,
            refit_pay=0.15,
        ),
        as_of_old=2020,
        as_of_new=2021,
        size_old=5_000,
        size_new=5_000,
        records_new=6_000,
        in_both=None,
        is_followed=True,
        checks=(
            check("feature", "log_pay", 0.31, advice, shift=0.3),
            check("feature", "extra:<b>city</b>", 0.01),
            check("unknown", "role", None, old=None, new=0.02),
            check("segments", "", 0.02),
            check("missing", "pay", 2.5, old=0.01, new=0.4),
            check("pay", "", 0.08, psi=None, psi_floor=None, shift=0.08),
        ),
        segments=(
            SegmentNow(
                id=1, name="<A>", size=10, size_new=None, share=0.4, share_new=0.5
            ),
            SegmentNow(id=2, name="B", size=10, size_new=20, share=0.6, share_new=0.5),
        ),
        values=(
            ShareChange(
                category="role_family",
                value="Backend",
                n_old=None,
                n_new=None,
                old=0.2,
                new=None,
            ),
        ),
        pay=PayNow(
            n_old=900,
            n_new=900,
            by=("role_family",),
            cells=None,
            coverage=0.9,
            move="inflation",
            is_mixed=True,
            **middle,
            **ends,
        ),
        notes=("A note.",),
    )
    return with_sentences(one, WRITE)


@pytest.fixture
def page(found):
    return render_monitoring(found, WRITE)


class Tags(HTMLParser):
    """Follow which tags are open."""

    def __init__(self):
        super().__init__()
        self.open, self.texts = [], []

    def handle_starttag(self, tag, _attrs):
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def text_of(page):
    parser = Tags()
    parser.feed(page)
    assert parser.open == []
    return " ".join(" ".join(parser.texts).split())


def test_every_sentence_and_everything_that_was_looked_at_stands_on_the_page(
    found, page
):
    text = text_of(page)
    for sentence in (*found.sentences[1:], *found.notes):
        assert sentence in text
    for one in found.checks:
        name = check_name(one)
        assert name in text or f"{name[:1].upper()}{name[1:]}" in text


def test_the_page_asks_for_nothing_and_runs_nothing(page):
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=\"(?!#|data:,)", page)
    assert "default-src 'none'" in page


def test_texts_of_a_table_are_escaped(page):
    assert "<b>city</b>" not in page
    assert "&lt;A&gt;" in page


def test_what_is_drawn_stays_on_its_track(page):
    places = [float(n) for n in re.findall(r"(?:left|width):([\d.]+)%", page)]
    assert places
    assert all(0 <= place <= 100 for place in places)


def test_the_advice_is_on_the_first_screen(found, page):
    top = page.split("</header>")[0]
    assert f'class="advice {found.advice}"' in top
    assert found.sentences[0].split(": ", 1)[1][1:] in top
    assert "2020, 2021" in top


def test_pay_that_may_not_be_told_is_not_drawn(found):
    hidden = dict.fromkeys(
        f"{name}{end}"
        for name in ("total", "within", "mix")
        for end in ("", "_low", "_high")
    )
    pay = found.pay.model_copy(update={**hidden, "move": "unknown"})
    untold = with_sentences(found.model_copy(update={"pay": pay}), WRITE)
    page = render_monitoring(untold, WRITE)
    assert "known of too few learners" in text_of(page)
    assert 'class="interval"' not in page

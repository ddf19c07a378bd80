"""Tables that are hard to search for: what is found, and what is not cried about."""

import json

import pytest

from employers import EMPLOYERS
from learnstrata.learners.roles.titles import TitleTable
from learnstrata.privacy.leaks.scanning import Narrow, scan

FAMILIES = list(TitleTable.load().families)
HEADINGS = [
    "Segment",
    "Learners",
    "Share",
    "Pay",
    "Role",
    "Tier",
    "Experience",
    "Count",
]
NUMBERS = [str(n) for n in range(1, 401)]
WORDS = ["mentor", "growth", "market", "silver", "summer", "garden", "window", "monday"]
SHORT_NAMES = ["IT", "HR", "Go", "R", "AI", "ML", "QA", "UX", "BI", "VR"]


def squeezed(text):
    return "".join(filter(str.isalnum, text)).casefold().replace("é", "e")


def plant(folder, record):
    summary = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps(summary | {"planted": record}))


def test_no_well_known_employer_is_seen_in_a_clean_run(shared):
    assert len(set(EMPLOYERS)) >= 218
    assert shared.leaks(companies=EMPLOYERS) == []


def test_every_well_known_employer_is_found_where_it_is_data(copied):
    plant(copied.folder, [f"Most are at {name}, some not." for name in EMPLOYERS])
    leaks = copied.leaks(companies=EMPLOYERS)
    assert {leak.kind for leak in leaks} == {"company name"}
    told = {squeezed(leak.text) for leak in leaks}
    assert told == {squeezed(name) for name in EMPLOYERS}


@pytest.mark.parametrize(
    "name", ["Oracle", "SAP", "Target", "Snowflake", "Unity", "Gap"]
)
def test_a_word_of_ours_shadows_no_name(copied, name):
    page = copied.folder / "report.html"
    page.write_text(page.read_text().replace("</h2>", f", mostly {name}</h2>", 1))
    (leak,) = copied.leaks(companies=[name])
    assert (leak.file, leak.kind, leak.text) == ("report.html", "company name", name)


# Companies, ids, what is planted, how many findings it makes, and what is searched
# only in fields of companies and learners.
HOSTILE = {
    "ids 1 to n": ([], NUMBERS, {"learner_id": ["17"]}, 1, (0, 400)),
    "ids 1 to n as keys": ([], NUMBERS, {"learners": {"17": "x"}}, 1, (0, 400)),
    "ids 1 to n in a table": (
        [],
        NUMBERS,
        {"columns": ["tier", "learner_id"], "rows": [["1", "17"]]},
        1,
        (0, 400),
    ),
    "ids from zero with zeros": (
        [],
        [f"{n:05}" for n in range(99)],
        {"user_id": ["00017"]},
        1,
        (0, 99),
    ),
    "ids that are words": ([], WORDS, {"member": "silver"}, 1, (0, 8)),
    "ids that are our words": (
        [],
        ["segments", "learner"],
        {"student": "learner"},
        1,
        (0, 2),
    ),
    "ids of one letter": ([], list("abcdefgh"), {"uid": "c"}, 1, (0, 8)),
    "ids that are telephone numbers": (
        [],
        ["9876543210"],
        "call 9876543210",
        1,
        (0, 0),
    ),
    "ids that are addresses": ([], ["a.b@c.example"], "A.B@c.example", 1, (0, 0)),
    "ids that are names of people": ([], ["Mary Smith"], "ask mary smith", 1, (0, 0)),
    "companies that are numbers": (
        ["1", "42", "2021"],
        [],
        {"company": "42"},
        1,
        (3, 0),
    ),
    "companies that are letters": (list("ABCX"), [], {"employer": "X"}, 1, (4, 0)),
    "companies that are amounts": (
        [
            "4 years",
            "12.5 LPA",
            "3 lakh",
            "Rs. 5,00,000 per annum",
            "10-12 lpa",
            "2 yrs",
        ],
        [],
        "after 4 years 3 lakh, now 12.5 LPA",
        0,
        (0, 0),
    ),
    "companies called like role families": (
        FAMILIES,
        [],
        {"company": FAMILIES[0]},
        1,
        None,
    ),
    "companies called like headings": (
        HEADINGS,
        [],
        {"company": "Experience"},
        1,
        (0, 0),
    ),
    "companies called like our words": (
        ["Data", "Table", "Report", "Median", "Chart", "Style", "Script", "Font"],
        [],
        "those at Median",
        1,
        (0, 0),
    ),
    "companies of two letters": (SHORT_NAMES, [], "those at AI", 1, (1, 0)),
    "companies in letters that look alike": (
        ["\u041er\u0430cle", "\u0413\u0430\u0437\u043f\u0440\u043e\u043c"],
        [],
        ["at Oracle", "at \u0413\u0410\u0417\u041f\u0420\u041e\u041c"],
        2,
        (0, 0),
    ),
    "companies with very long names": (
        [" ".join(["Zorblatt"] * 400), "Q" * 5_000],
        [],
        ["q" * 5_000, " ".join(["zorblatt"] * 400)],
        2,
        (0, 0),
    ),
    "companies of marks alone": (
        ["---", "", " ", "!!!", "\u200b"],
        [],
        "---!!!",
        0,
        (0, 0),
    ),
    "companies that are patterns": (
        ["C++ (.*) [a-z]+", "\\d+\\", "%s %(x)d", "<script>alert(1)</script>"],
        [],
        "at C++ (.*) [a-z]+",
        1,
        None,
    ),
    "companies within companies": (
        ["Blue", "Blue Sky", "Blue Sky Labs", "Sky Labs"],
        [],
        "at Blue Sky Labs and Sky Labs",
        2,
        (0, 0),
    ),
    "companies that are also ids": (["u-90210x"], ["u-90210x"], "u-90210x", 1, (0, 0)),
}


@pytest.mark.parametrize("table", HOSTILE)
def test_a_hostile_table_is_searched_without_a_false_alarm(copied, table):
    companies, ids, planted, n, narrow = HOSTILE[table]
    plant(copied.folder, planted)
    report = copied.scan(companies=companies, learners=ids)
    assert len(report.leaks) == n, report.leaks
    assert all("planted" in leak.place for leak in report.leaks)
    if narrow is not None:
        assert report.narrow == Narrow(*narrow)


def test_the_hostile_tables_are_as_many_as_was_asked_for():
    assert len(HOSTILE) >= 20


@pytest.mark.parametrize(
    ("record", "allow"),
    [
        ({"learner_id": ["17"]}, "17"),
        ({"company": "42"}, "42"),
        ("ask u-90210x", "U-90210X"),
        ("mail a.b@c.example", "a.b@c.example"),
        ("many at Oracle", "oracle"),
    ],
)
def test_what_is_allowed_is_so_for_ids_and_values_of_fields(copied, record, allow):
    plant(copied.folder, record)
    given = {
        "companies": ["42", "Oracle"],
        "learners": ["17", "u-90210x", "a.b@c.example"],
    }
    assert len(copied.leaks(**given)) == 1
    assert copied.leaks(**given, allow=[allow]) == []


def test_an_allowed_text_allows_no_word_of_it_elsewhere(copied):
    plant(copied.folder, ["Oracle Developer", "an Oracle, Developer", "at Oracle"])
    leaks = copied.leaks(companies=["Oracle"], allow=["Oracle Developer"])
    assert [(leak.place, leak.times) for leak in leaks] == [("$.planted[2]", 1)]
    plant(copied.folder, ["the Oracle Developer Network"])
    (leak,) = copied.leaks(
        companies=["Oracle Developer Network"], allow=["Oracle Developer"]
    )
    assert leak.text == "Oracle Developer Network"


def test_without_a_render_without_data_all_is_data(shared):
    leaks = scan(shared.folder, companies=["Segment"], learners=[]).leaks
    assert {leak.file for leak in leaks} == {
        "report.html",
        "summary.json",
        "tables.xlsx",
    }
    assert shared.leaks(companies=["Segment"]) == []


def test_a_file_that_was_not_rendered_without_data_is_all_data(copied):
    (copied.folder / "notes.txt").write_text("Each segment of learners")
    (leak,) = copied.leaks(companies=["Segment"])
    assert leak.file == "notes.txt"


def bounds_of_script(page):
    """Give where the text of the page's own script begins and ends."""
    start = page.rindex("<script>") + len("<script>")
    return start, page.index("</script>", start)


def test_a_script_of_ours_is_passed_over_and_another_in_its_place_is_not(
    shared, tmp_path
):
    page = (shared.folder / "report.html").read_text()
    start, end = bounds_of_script(page)
    (tmp_path / "report.html").write_text(page[:start] + "at Zorblatt" + page[end:])
    (leak,) = shared._replace(folder=tmp_path).leaks(companies=["Zorblatt"])
    assert leak.place.endswith("script")


def test_our_own_script_is_passed_over_without_a_twin(shared, tmp_path):
    page = (shared.folder / "report.html").read_text()
    start, end = bounds_of_script(page)
    (tmp_path / "page.html").write_text(f"<script>{page[start:end]}</script>")
    twinless = shared._replace(folder=tmp_path, own=None)
    assert twinless.leaks(companies=["Escape", "Infinity", "Target"]) == []
    assert scan(tmp_path, companies=["Infinity", "Target"], learners=[]).leaks

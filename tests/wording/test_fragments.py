"""Sentences and tables as HTML."""

from learnstrata.wording.fragments import paragraph, small_table


def test_no_text_becomes_markup():
    told = paragraph("<b>&") + small_table(["<i>"], [["<script>"], ["2"]])
    assert told.count("&lt;") == 3
    assert "<script" not in told


def test_a_table_has_its_headings_and_a_row_for_each_row():
    told = small_table(["Pull", "Share"], [["+1", "40%"], ["-1", "60%"]])
    assert told.count("<th ") == 2
    assert told.count("<tr>") == 3
    assert told.index("+1") < told.index("-1")

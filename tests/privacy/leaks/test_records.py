"""Cells of tables in plain text, each with the name of its column."""

import csv

from learnstrata.privacy.leaks.records import read_delimited


def test_a_cell_of_any_length_is_read_and_the_limit_of_the_process_is_put_back():
    limit = csv.field_size_limit()
    pieces = list(read_delimited(f"name\n{'x' * (limit + 1)}\n"))
    assert [(piece.field, len(piece.text)) for piece in pieces] == [
        ("", len("name")),
        ("name", limit + 1),
    ]
    assert csv.field_size_limit() == limit

from charted import cut_on, marked, rows_of, with_
from learnstrata.report.figures.profiles.role_index import CHART, MOST_ROLES


def cells_of(summary):
    return CHART.spec(summary)["data"]["values"]


def with_roles(segment, change):
    categories = (
        with_(one, values=tuple(map(change, one.values))) if one.name == "role" else one
        for one in segment.categories
    )
    return with_(segment, categories=tuple(categories))


def with_first(summary, change):
    first, *others = summary.segments
    return with_(summary, segments=(with_roles(first, change), *others))


def crowded(summary):
    """Give a summary of more roles than a chart has room for."""

    def more(one):
        last = one.values[-1]
        extra = tuple(
            with_(last, value=f"Role {i}", count=10, base_count=10 + i, index=100.0)
            for i in range(MOST_ROLES)
        )
        return with_(one, values=(*one.values, *extra))

    return with_(
        summary,
        segments=tuple(
            with_(
                segment,
                categories=tuple(
                    more(one) if one.name == "role" else one
                    for one in segment.categories
                ),
            )
            for segment in summary.segments
        ),
    )


def told_roles(summary):
    return {
        share.value
        for segment in summary.segments
        for share in segment.category("role")
        if share.count and share.index is not None
    }


def few(share):
    return with_(share, count=None, share=None, index=None)


def test_the_most_frequent_roles_have_a_row_each_and_segments_a_column(summary):
    summary = crowded(summary)
    cells = cells_of(summary)
    roles = list(dict.fromkeys(cell["row"] for cell in cells))
    assert len(roles) == MOST_ROLES
    assert len(cells) == MOST_ROLES * len(summary.segments)
    base = {one.value: one.base_count for one in summary.segments[0].category("role")}
    told = [base[role] for role in roles if base.get(role)]
    assert told == sorted(told, reverse=True)
    left = [base[role] for role in told_roles(summary) - {*roles} if base.get(role)]
    assert max(left) <= min(told)


def test_a_run_of_fewer_roles_has_a_row_for_each_that_is_told(summary):
    told, drawn = told_roles(summary), {cell["row"] for cell in cells_of(summary)}
    assert drawn <= told
    assert len(drawn) == min(MOST_ROLES, len(told))


def test_a_role_of_few_in_a_segment_is_blank_there_and_says_so(summary):
    role = cells_of(summary)[0]["row"]
    changed = with_first(summary, lambda s: few(s) if s.value == role else s)
    first, second = [c for c in cells_of(changed) if c["row"] == role][:2]
    assert (first["text"], first["fill"]) == ("", "white")
    assert first["tip"].endswith(": under 10 there, or too few to say")
    assert second["text"]


def test_the_title_is_of_a_role_that_is_drawn(summary):
    rare = "Role 0"
    changed = with_first(
        crowded(summary),
        lambda s: with_(s, index=900.0) if s.value == rare else s,
    )
    assert any(
        share.value == rare and share.index == 900.0
        for share in changed.segments[0].category("role")
    )
    assert rare not in {cell["row"] for cell in cells_of(changed)}
    assert rare not in CHART.title(cut_on(changed))


def test_the_title_names_no_role_where_none_is_distinctive(summary):
    def plain(share):
        return share if share.index is None else with_(share, index=104.0)

    even = with_(
        summary, segments=tuple(with_roles(s, plain) for s in summary.segments)
    )
    assert CHART.title(cut_on(even)) == (
        "No role is distinctive for a segment: none is clearly 1.2 times as common "
        "in one as among all"
    )


def test_the_title_takes_no_high_index_that_may_be_that_of_all(summary):
    low = with_(
        summary,
        segments=tuple(
            with_(
                one,
                distinctive_values=tuple(
                    with_(row, low=99.0) for row in one.distinctive_values
                ),
            )
            for one in summary.segments
        ),
    )
    told = CHART.title(cut_on(low, "log_pay"))
    assert told.startswith("No role is distinctive for a segment")


def test_roles_that_the_segments_were_cut_on_are_no_finding(summary):
    told = CHART.title(cut_on(summary, "role"))
    assert told == "How common each role is in each segment: they were cut on roles"
    assert "as common in" in CHART.title(cut_on(summary, "log_pay"))


def test_a_run_without_titles_has_no_chart(summary):
    bare = tuple(with_(segment, categories=()) for segment in summary.segments)
    assert not CHART.has(with_(summary, segments=bare))


def test_the_table_holds_every_role_of_every_segment(summary):
    roles = [s.category("role") for s in summary.segments]
    assert len(CHART.table(summary).rows) == sum(map(len, roles))
    assert CHART.table(summary).sheet == "Roles by segment"


def test_texts_are_read_on_their_colours(summary):
    text = marked(CHART.spec(summary), "text")[0]
    inks = {row["ink"] for row in rows_of(text) if row["text"]}
    assert inks <= {"#000000", "#ffffff"}

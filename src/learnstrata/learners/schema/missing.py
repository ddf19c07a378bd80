"""Words by which people say that a cell holds nothing: one list for all that is read.

It holds for every source, kind and column: a company that is called None is missing,
too. Compared are texts tidied by `learnstrata.learners.schema.amounts.tidied`.
"""

import narwhals as nw

__all__ = ["MISSING", "is_missing"]

MISSING = (
    *("", "-", "--", "---", "\u2013", "\u2014", "?", "??", "???", ".", "..", "..."),
    *("\u2026", "_", "__", "*", "/", "\\n"),  # \N is how MySQL writes it
    *("na", "n/a", "n.a.", "n.a", "n. a.", "n / a", "<na>", "none", "<none>", "nil"),
    *("null", "<null>", "(null)", "[null]", "nan", "+nan", "-nan", "nat"),
    *("unknown", "(unknown)", "not known", "undefined", "missing", "(missing)"),
    *("not available", "not applicable", "not specified", "not provided"),
    *("not given", "not stated", "not mentioned", "not disclosed", "no data"),
    *("blank", "(blank)", "empty", "(empty)", "no value", "tbd", "tba"),
    *("1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    *("#n/a", "#n/a n/a", "#na", "#null!", "#div/0!", "#ref!", "#value!", "#name?"),
    *("#num!", "#spill!", "#calc!", "#field!", "#getting_data", "#error!"),
)


LONGEST = max(map(len, MISSING))


def is_missing(tidy: nw.Expr) -> nw.Expr:
    """Tell the texts that say "nothing here".

    Parameters
    ----------
    tidy : expression of text
        Tidied, in any case.

    Returns
    -------
    expression of Boolean
        For every engine that narwhals knows; false where there is no text.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.DataFrame({"x": ["N.A.", "0", "Nasa"]}))
    >>> frame.select(is_missing(nw.col("x")))["x"].to_list()
    [True, False, False]
    """
    short = nw.when(tidy.str.len_chars() <= LONGEST).then(tidy)
    return short.str.to_lowercase().is_in(list(MISSING)).fill_null(value=False)

"""A sheet of an Excel workbook becomes a frame of text cells."""

from pathlib import Path

import polars as pl

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.sources.delimited import column_names, with_nulls
from learnstrata.learners.sources.info import WANTED, SourceInfo, first_line

__all__ = ["read_excel"]


def read_excel(path: Path, sheet: str | None) -> tuple[pl.DataFrame, SourceInfo]:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        there = book.sheet_names
        name = sheet if sheet is not None else there[0]
        if name not in there:
            raise SourceError(f"{path} has no sheet {name!r}; it has {preview(there)}.")
        cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise SourceError(
            f"{path} cannot be read as an Excel workbook: {first_line(error)}. Open "
            "it in Excel and save it again as .xlsx, or as CSV."
        ) from error
    # Formatted but empty rows and columns belong to the sheet, not to the table.
    cells = cells.filter(~pl.all_horizontal(pl.all().is_null()))
    cells = cells.select(s.name for s in cells if s.null_count() < cells.height)
    if cells.is_empty():
        raise SourceError(f"The sheet {name!r} of {path} is empty. {WANTED}.")
    table = cells.slice(1)
    table.columns = column_names(path, [cell or "" for cell in cells.row(0)])
    table = with_nulls(table)
    return table, SourceInfo("excel", *table.shape, sheet=name)

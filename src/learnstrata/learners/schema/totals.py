"""Words that head a line which adds up, or averages, the lines above it."""

__all__ = ["TOTALS"]

TOTALS = (
    *("total", "totals", "grand total", "sub total", "subtotal", "sum", "overall"),
    *("average", "mean", "median", "avg", "gesamt", "summe", "insgesamt", "somme"),
    *("suma", "totale", "totaal", "toplam"),
)

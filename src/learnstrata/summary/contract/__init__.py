"""The contract: every result of a run, typed, each value with its kind.

A run has its results in two forms of the same shape. `ExactSummary` stays with the
owner, every number unguarded. `DisclosedSummary` is made of it by
`learnstrata.summary.disclose` alone, and is all that a report, a workbook, a chart or a
terminal may render. What may be published of a field, and how exactly, follows from the
kind in its annotation (`learnstrata.privacy.disclosure.kinds`); a hidden value is None.

Pay is in currency units a year, shares are 0..1, segments are numbered from 1.
"""

"""How wide texts are: in Arial, and in Liberation Sans, which has its widths."""

import re
from itertools import pairwise

from learnstrata.report.plot.rounding import rounded

__all__ = ["LINE", "lines_of", "lowered", "shortened", "width_of"]

LINE = 2  # pixels between two lines of a text
UNIT = 2048  # in which the widths of letters are told
USUAL = 1139  # of a letter that is not listed
SPACES = re.compile("  +")  # of which a drawing shows one
# By how much two letters are nearer to each other.
NEAR = {
    264: "P, P. Y, Y.",
    227: "F, F. T, T. T: T; Ta Tc Te To Ts",
    188: "V, V. Y- Ye Yo Yq",
    152: "AT AV AY LT LV LW LY PA TA VA Va YA Ya Yp v, v. y, y.",
    133: "Y;",
    113: "FA T- Tw Ty V- Ve Vo W, W. Y: Yu Yv r, r. w, w.",
    76: "AW Ly Ti Tr Tu V: V; Vr Vu Vy WA Wa Yi",
    37: "Av Aw Ay RT RV RW RY TO Vi W- W: W; We Wo Wr Wu ff",
    18: "Wy",
}
NEAR_BOLD = {
    264: "P, P.",
    227: "F, F. T, T. T: T; Y, Y.",
    188: "AY LY V, V. YA",
    152: "AT AV LT LV PA TA Ta Tc Te To Ts Tu Tw Ty VA Vo Y: Y; Yo Yq v, v. y, y.",
    113: "AW FA LW T- Tr V- V: V; Va Ve Vr W, W. WA Y- Ya Ye Yp Yu Yv r, r.",
    76: "Av Ay Ly RY Vu Vy Wa Yi w, w.",
    41: "W-",
    37: "Aw RV RW TO Ti Vi W: W; We Wo Wr Wu Wy",
    18: "Wi",
}
# As above, of a space and a letter.
NEAR_SPACE = {113: (" A", "A "), 76: ("L ",), 37: (" T", " Y", "P ", "Y ")}
NEAR_SPACE_BOLD = {76: (" A", "A "), 37: (" Y", "L ", "P ", "Y ")}
REGULAR = {
    391: "'",
    455: "ijl\u2018\u2019",
    532: "|",
    569: " !,./:;I[\\]ft·",
    682: "()-`r“”{}",
    727: '"',
    797: "*",
    961: "^",
    1024: "Jcksvxyz↑↓",
    1124: "±≥≤",
    1196: "+<=>~\xd7\u2212",
    1251: "FTZ",
    1366: "&ABEKPSVXY",
    1479: "CDHNRUw",
    1593: "GOQ",
    1706: "Mm",
    1821: "%",
    1933: "W",
    2048: "—…←→",
    2079: "@",
}
BOLD = {
    487: "'",
    569: " ,./I\\ijl·\u2018\u2019",
    573: "|",
    682: "!()-:;[]`ft",
    797: "*r{}",
    971: '"',
    1024: "z“”↑↓",
    1124: "±≥≤",
    1196: "+<=>^~\xd7\u2212",
    1251: "?FLTZbdghnopquöü",
    1366: "EPSVXY",
    1479: "&ABCDHKNRU",
    1593: "GOQw",
    1706: "M",
    1821: "%m",
    1933: "W",
    1997: "@",
    2048: "—…←→",
}
WIDTHS = {
    is_bold: {letter: units for units, letters in table.items() for letter in letters}
    for is_bold, table in ((False, REGULAR), (True, BOLD))
}
CLOSER = {
    is_bold: {
        pair: units
        for units, told in (*table.items(), *spaced.items())
        for pair in (told.split() if isinstance(told, str) else told)
    }
    for is_bold, table, spaced in (
        (False, NEAR, NEAR_SPACE),
        (True, NEAR_BOLD, NEAR_SPACE_BOLD),
    )
}
# By how many heights of a letter a text is lowered so that it stands at its place.
BASELINES = {"top": 0.79, "middle": 0.3, "bottom": -0.21, "alphabetic": 0.0}


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of one line of text in pixels.

    Examples
    --------
    >>> width_of("0.5", 12.0)
    16.681640625
    """
    widths, closer, text = WIDTHS[bold], CLOSER[bold], SPACES.sub(" ", text)
    units = sum(widths.get(letter, USUAL) for letter in text)
    units -= sum(closer.get(pair, 0) for pair in map("".join, pairwise(text)))
    return units * size / UNIT


def shortened(text: str, size: float, limit: float) -> str:
    """Cut a text so that it is no wider than a limit; 0 is none.

    Examples
    --------
    >>> shortened("Engineering management", 12.0, 80.0)
    'Engineering …'
    """
    if not limit or width_of(text, size) <= limit:
        return text
    end = len(text)
    while end and width_of(text[:end] + "…", size) > limit:
        end -= 1
    return text[:end] + "…"


def lowered(baseline: str, size: float) -> int:
    """Give by how many pixels a text is lowered to stand at its place."""
    return rounded(BASELINES[baseline] * size)


def lines_of(text: object) -> list[str]:
    """Give the lines of a text: it is one, or a list of them."""
    return [str(line) for line in text] if isinstance(text, list) else [str(text)]

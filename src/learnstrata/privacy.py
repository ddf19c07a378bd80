"""Codes for companies and learners: names stay with whoever holds the key."""

import hashlib
import hmac
from collections.abc import Iterable

__all__ = ["codes", "key_from_seed"]


def codes(names: Iterable[str], *, key: bytes) -> list[int]:
    """Give each name a 53-bit code: the head of its HMAC-SHA256 under `key`.

    Parameters
    ----------
    names : iterable of str
        Companies, learners, or what else identifies somebody. Pass distinct names:
        each costs about a microsecond.
    key : bytes
        Whoever has it can test whether a name is in the table.

    Returns
    -------
    list of int
        In 0 .. 2**53 - 1, so that JSON and Float64 hold them exactly. Two of a million
        names share a code with a probability of about 6e-5.

    References
    ----------
    .. [1] RFC 2104, "HMAC: Keyed-Hashing for Message Authentication".

    Examples
    --------
    >>> one, two, again = codes(["acme", "zeta", "acme"], key=b"secret")
    >>> one == again, one == two, 0 <= one < 2**53
    (True, False, True)
    """
    return [
        int.from_bytes(hmac.digest(key, name.encode(), "sha256")[:7], "big") >> 3
        for name in names
    ]


def key_from_seed(seed: int) -> bytes:
    """Derive the key of a run from its seed, so that a run can be repeated.

    A seed is no secret: codes under such a key keep names out of plain sight in
    ``model.json``, not from somebody who has a list of names to test.

    Examples
    --------
    >>> key_from_seed(7) == key_from_seed(7), len(key_from_seed(7))
    (True, 32)
    """
    return hashlib.sha256(f"learnstrata {seed}".encode()).digest()

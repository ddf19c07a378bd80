"""The keyed hash is the published one, for texts of every length at once."""

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from learnstrata.exceptions import ParameterError
from learnstrata.privacy import hashing
from learnstrata.privacy.hashing import siphash
from oracles_hashing import naive_siphash

KEY = bytes(range(16))
# vectors.h of the reference implementation: bytes 0 to n - 1 under KEY, n = 0 to 15.
PUBLISHED = bytes.fromhex(
    "310e0edd47db6f72fd67dc93c539f8745a4fa9d909806c0d2d7efbd796666785"
    "b7877127e09427cf8da699cd64557618cee3fe586e46c9cb37d1018bf50002ab"
    "6224939a79f5f593b0e4a90bdf82009ef3b9dd94c5bb5d7aa7ad6b22462fb3f4"
    "fbe50e86bc8f1e75903d84c02756ea14eef27a8e90ca23f7e545be4961ca29a1"
)


def naive(texts, key):
    return [naive_siphash((text or "").encode(), key) for text in texts]


def test_the_published_vectors_come_out():
    texts = pl.Series([bytes(range(n)).decode() for n in range(16)])
    assert siphash(texts, KEY).astype("<u8").tobytes() == PUBLISHED


@given(st.lists(st.none() | st.text(max_size=40)), st.binary(min_size=16, max_size=16))
def test_it_is_the_hash_of_each_text(texts, key):
    assert siphash(pl.Series(texts, dtype=pl.String), key).tolist() == naive(texts, key)


def test_blocks_and_slices_change_nothing(monkeypatch):
    texts = ["x" * (7 * i % 300) + str(i) for i in range(500)]
    whole = siphash(pl.Series(texts), KEY).tolist()
    assert whole == naive(texts, KEY)
    monkeypatch.setattr(hashing, "BLOCK", 7)
    monkeypatch.setattr(hashing, "SLICE", 64)
    assert siphash(pl.Series(texts), KEY).tolist() == whole
    assert siphash(pl.Series(["", *texts]).slice(1), KEY).tolist() == whole


def test_a_key_of_another_length_is_refused():
    with pytest.raises(
        ParameterError,
        match=r"^Got a key of 5 bytes, expected 16\. Derive one: the head of an HMAC",
    ):
        siphash(pl.Series(["a"]), b"short")

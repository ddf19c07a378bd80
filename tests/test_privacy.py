import hashlib
import hmac
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given

from learnstrata.privacy import codes, key_from_seed

names = st.text(max_size=30).filter(lambda text: text.isprintable())
keys = st.binary(min_size=1, max_size=64)


def naive_code(name, key):
    """Read the first 53 bits of the digest, bit by bit."""
    digest = hmac.new(key, name.encode("utf-8"), hashlib.sha256).hexdigest()
    bits = "".join(f"{int(digit, 16):04b}" for digit in digest)
    return int(bits[:53], 2)


@given(st.lists(names, max_size=5), keys)
def test_codes_are_the_first_53_bits_of_the_hmac(listed, key):
    assert codes(listed, key=key) == [naive_code(name, key) for name in listed]


@given(names, keys)
def test_codes_are_held_exactly_by_floats(name, key):
    (code,) = codes([name], key=key)
    assert 0 <= code < 2**53
    assert int(float(code)) == code


def test_codes_do_not_change_between_versions():
    # RFC 4231, test case 2: the digest begins 5bdcc146bf60754e.
    known = codes(["what do ya want for nothing?"], key=b"Jefe")
    assert known == [0x5BDCC146BF60754E >> 11]


def test_other_keys_and_other_names_give_other_codes():
    listed = [f"company {i}" for i in range(10_000)]
    found = codes(listed, key=b"one")
    assert len(set(found)) == len(listed)
    assert not set(found) & set(codes(listed, key=b"two"))


def test_codes_are_not_ordered_as_the_names_are():
    found = codes([f"{i:04d}" for i in range(1_000)], key=b"key")
    rising = sum(a < b for a, b in pairwise(found))
    assert 400 < rising < 600


def test_key_is_the_digest_of_the_seed_and_no_two_seeds_share_one():
    assert key_from_seed(7) == hashlib.sha256(b"learnstrata 7").digest()
    assert len({key_from_seed(seed) for seed in range(1_000)}) == 1_000
    assert {len(key_from_seed(seed)) for seed in range(10)} == {32}

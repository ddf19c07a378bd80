import errno
import hashlib
import hmac
import os
import re
import stat
from collections import Counter
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given

import learnstrata as ls
from learnstrata.disk import placing
from learnstrata.exceptions import ParameterError, PrivacyError
from learnstrata.privacy.keys import (
    checked_key,
    codes,
    company_aliases,
    key_path,
    make_key,
    own_key,
    random_key,
    read_key,
    refuse_inside,
    salt_of,
    secret_of,
)
from oracles_hashing import naive_siphash

names = st.text(max_size=30).filter(lambda text: text.isprintable())
keys = st.binary(min_size=1, max_size=64)


def naive_code(name, key):
    """Hash a name word by word, and read the first 53 bits."""
    own = hmac.new(key, b"codes", hashlib.sha256).digest()[:16]
    return naive_siphash(name.encode(), own) >> 11


@given(st.lists(names, max_size=5), keys)
def test_codes_are_the_first_53_bits_of_the_hash(listed, key):
    assert codes(listed, key=key).tolist() == [naive_code(name, key) for name in listed]


@given(names, keys)
def test_codes_are_held_exactly_by_floats(name, key):
    (code,) = codes([name], key=key)
    assert 0 <= code < 2**53
    assert int(float(code)) == code


def test_codes_do_not_change_between_versions():
    known = codes(["what do ya want for nothing?", "", "Zoë"], key=b"Jefe")
    assert known.tolist() == [
        1941186548265756,
        7025032765988338,
        2309694803974308,
    ]


def test_a_code_is_that_of_the_name_alone():
    listed = [f"{'x' * (i % 40)} {i}" for i in range(1_000)]
    together = codes(pl.Series(listed), key=b"key").tolist()
    assert together == [codes([name], key=b"key").item() for name in listed]
    assert together == codes(iter(listed), key=b"key").tolist()


def test_other_keys_and_other_names_give_other_codes():
    listed = [f"company {i}" for i in range(10_000)]
    found = codes(listed, key=b"one")
    assert len(set(found.tolist())) == len(listed)
    assert not np.isin(found, codes(listed, key=b"two")).any()


def test_codes_are_not_ordered_as_the_names_are():
    found = codes([f"{i:04d}" for i in range(1_000)], key=b"key")
    rising = sum(a < b for a, b in pairwise(found))
    assert 400 < rising < 600


def test_keys_that_are_drawn_are_all_different():
    assert {len(random_key()) for _ in range(10)} == {32}
    assert len({random_key() for _ in range(1_000)}) == 1_000


@given(keys)
def test_a_salt_is_the_hmac_of_its_purpose_and_no_key_of_aliases(key):
    salt = salt_of(key)
    assert salt == hmac.new(key, b"salt of a model", hashlib.sha256).digest()
    assert company_aliases(["acme"], salt) != company_aliases(["acme"], key)


def test_a_key_is_made_for_its_owner_alone_and_read_again(tmp_path):
    path = tmp_path / "new" / "key"
    made = make_key(path)
    assert len(made) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text() == made.hex() + "\n"
    assert read_key(path) == made
    assert make_key(tmp_path / "other") != made


def test_a_key_that_is_there_is_never_overwritten(tmp_path):
    first = make_key(tmp_path / "key")
    with pytest.raises(PrivacyError, match="already. A new one would change every"):
        make_key(tmp_path / "key")
    assert read_key(tmp_path / "key") == first


def test_the_first_who_asks_for_a_key_makes_it(tmp_path):
    path = tmp_path / "new" / "key"
    made = own_key(path)
    assert own_key(path) == read_key(path) == made
    assert [item.name for item in path.parent.iterdir()] == ["key"]


def test_what_a_killed_process_left_beside_a_key_is_cleared_away(tmp_path):
    made = make_key(tmp_path / "key")
    left = tmp_path / ".key-abcdefgh"
    (left / "new").mkdir(parents=True)
    (left / "lock").touch()
    assert own_key(tmp_path / "key") == made
    assert [item.name for item in tmp_path.iterdir()] == ["key"]


def test_a_full_disk_leaves_no_key(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(placing.os, "fsync", full)
    told = "Cannot write a key to .*key: No space left on device. Set LEARNSTRATA_KEY_F"
    for make in (make_key, own_key):
        with pytest.raises(PrivacyError, match=told):
            make(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_nowhere_is_no_place_for_a_key(tmp_path):
    (tmp_path / "key").symlink_to(tmp_path / "nowhere")
    with pytest.raises(PrivacyError, match="There is a key in .* already"):
        make_key(tmp_path / "key")
    with pytest.raises(PrivacyError, match="Cannot read the key"):
        own_key(tmp_path / "key")


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_key_from_python_is_taken_in_any_form_of_bytes(kind):
    assert checked_key(kind(b"k" * 32)) == b"k" * 32


@pytest.mark.parametrize(
    ("key", "error", "told"),
    [
        (b"short", PrivacyError, "Got a key of 5 bytes, expected 32 or more: a short "),
        (b"", PrivacyError, "Got a key of 0 bytes.* Leave key= out to have one drawn"),
        ("ab" * 32, ParameterError, "Got a str as key=, .* bytes.fromhex reads 64 dig"),
        (Path("key"), ParameterError, "Path as key=, expected 32 bytes. learnstrata.p"),
        (7, ParameterError, "Got a int as key=, .*read_key reads the key of a file"),
    ],
)
def test_a_key_from_python_that_is_none_is_refused(key, error, told):
    with pytest.raises(error, match=told):
        checked_key(key)
    with pytest.raises(error, match=told):
        ls.segment(ls.make_learners(50, rng=1), key=key)


def test_a_key_cannot_be_made_below_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PrivacyError, match="Cannot write a key to .* Set LEARNSTRATA"):
        make_key(tmp_path / "file" / "key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o610, 0o777])
def test_a_key_that_others_can_get_at_is_refused(tmp_path, mode):
    make_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(PrivacyError, match=f"has mode {mode:04o}: .* chmod 600"):
        read_key(tmp_path / "key")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_that_only_its_owner_reads_is_taken(tmp_path, mode):
    made = make_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    assert read_key(tmp_path / "key") == made


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ab" * 31, "has 31 bytes, expected 32 or more: a short one can be guessed"),
        (b"", "has 0 bytes"),
        (b"a secret of my own that is long enough, surely", "holds no key: expected"),
        (b"\xff" * 64, "holds no key: expected 64 hexadecimal digits"),
    ],
)
def test_what_is_no_key_is_refused(tmp_path, content, message):
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(PrivacyError, match=message):
        read_key(tmp_path / "key")


def test_a_key_must_be_a_plain_file_that_is_there(tmp_path):
    with pytest.raises(PrivacyError, match="Cannot read the key .* Make one there"):
        read_key(tmp_path / "none")
    with pytest.raises(PrivacyError, match="is no plain file"):
        read_key(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(PrivacyError, match="is no plain file"):
        read_key(tmp_path / "pipe")


def test_a_key_is_kept_outside_of_the_run_by_whatever_way(tmp_path):
    run = tmp_path / "run"
    (tmp_path / "way").symlink_to(run)
    inside = [run, run / "key", run / "share" / ".." / "private" / "key"]
    for place in [*inside, tmp_path / "way" / "private" / "key"]:
        with pytest.raises(PrivacyError, match="expected one outside of the run .*key"):
            refuse_inside(place, run)
    with pytest.raises(PrivacyError, match="Choose another --key-file"):
        refuse_inside(run / "private" / "key", tmp_path / "way")
    refuse_inside(tmp_path / "run-key", run)
    refuse_inside(tmp_path / "key", run)


def test_a_place_for_the_key_that_leads_nowhere_is_refused_in_words(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for place in (loop, loop / "key"):
        refuse_inside(place, tmp_path / "run")
        with pytest.raises(PrivacyError, match=r"Cannot (read the|write a) key .*loop"):
            own_key(place)


def test_the_key_is_looked_for_where_the_user_says(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    default = Path("/home/somebody/.config/learnstrata/key")
    assert key_path({}) == default
    assert key_path({"XDG_CONFIG_HOME": "relative"}) == default
    assert key_path({"XDG_CONFIG_HOME": "/conf"}) == Path("/conf/learnstrata/key")
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", "/safe/key")
    assert key_path() == Path("/safe/key")


def test_aliases_are_all_different_and_no_longer_than_they_must_be():
    listed = [f"company {i}" for i in range(20_000)]
    aliases = company_aliases(listed, b"key")
    assert set(aliases) == set(listed)
    tails = [alias.removeprefix("Company ") for alias in aliases.values()]
    assert len(set(tails)) == len(listed)
    for tail in tails:
        assert re.fullmatch("[0-9a-f]{4,}", tail)
    heads = Counter(tail[:n] for tail in tails for n in range(4, len(tail) + 1))
    assert all(heads[tail[:-1]] > 1 for tail in tails if len(tail) > 4)


def test_aliases_tell_neither_size_nor_order_nor_name():
    listed = [f"{i:04d}" for i in range(1_000)]
    aliases = company_aliases(listed, b"key")
    assert list(aliases.values()) == sorted(aliases.values())
    assert aliases == company_aliases(reversed(listed), b"key")
    rising = sum(a < b for a, b in pairwise(aliases))
    assert 400 < rising < 600
    assert aliases != company_aliases(listed, b"other")
    assert company_aliases([], b"key") == {}


def test_an_alias_is_no_part_of_the_code():
    (code,) = codes(["acme"], key=b"key")
    alias = company_aliases(["acme"], b"key")["acme"].removeprefix("Company ")
    assert not f"{code << 3:014x}".startswith(alias)


def test_secrets_of_other_purposes_keys_and_contents_are_others():
    found = {
        secret_of(key, purpose, content=content)
        for key in (b"one", b"two")
        for purpose in ("map", "offset")
        for content in (b"", b"a table")
    }
    assert len(found) == 8
    assert secret_of(b"one", "salt of a model") == salt_of(b"one")

"""SipHash-2-4 as its paper tells it, one number after the other."""

END = 2**64


def naive_siphash(data, key):
    """Hash bytes under 16 bytes, by section 2 of Aumasson and Bernstein (2012)."""
    low, high = (int.from_bytes(key[at : at + 8], "little") for at in (0, 8))
    v = [
        low ^ 0x736F6D6570736575,
        high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261,
        high ^ 0x7465646279746573,
    ]
    padding = bytes(-(len(data) + 1) % 8)
    told = data + padding + bytes([len(data) % 256])
    for at in range(0, len(told), 8):
        word = int.from_bytes(told[at : at + 8], "little")
        v[3] ^= word
        v = _rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    v = _rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _rounds(v, times):
    a, b, c, d = v
    for _ in range(times):
        a, c = (a + b) % END, (c + d) % END
        b, d = _turned(b, 13) ^ a, _turned(d, 16) ^ c
        a = _turned(a, 32)
        c, a = (c + b) % END, (a + d) % END
        b, d = _turned(b, 17) ^ c, _turned(d, 21) ^ a
        c = _turned(c, 32)
    return [a, b, c, d]


def _turned(number, by):
    return (number << by | number >> (64 - by)) % END

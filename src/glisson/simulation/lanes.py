"""Arithmetic of many trials at once: position ``i`` of every row belongs to trial ``i`` (a lane).

Each function is a loop over lanes without a branch that depends on data, so that the compiler turns it into vector
instructions. Random numbers, logarithms and powers are float32, keys are int32.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from glisson.simulation.jit import compiled
from glisson.simulation.plan import BLOCK

Bits = NDArray[np.uint32]
Singles = NDArray[np.float32]
Keys = NDArray[np.int32]
Ints = NDArray[np.int64]

#: Trials that are computed side by side: a block.
LANES = BLOCK
#: Trials that share one stream of random numbers.
BLOCK = 256
#: A time that never comes (days), and the value above which a time counts as never.
FAR = np.float32(1e30)
_NEVER = np.float32(1e20)

#: Bits of the square root of 1/2: a number less these has in its exponent the power of two that brings it nearest to 1.
_HALF_ROOT = np.int32(0x3F3504F3)

_u = np.uint32
_f = np.float32
_i = np.int32
_w = np.uint64


@compiled
def mixed(x: np.uint64) -> np.uint64:
    """Return the finaliser of splitmix64 (Steele GL, Lea D, Flood CH. OOPSLA 2014:453-472)."""
    z = (x ^ (x >> _w(30))) * _w(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> _w(27))) * _w(0x94D049BB133111EB)
    return z ^ (z >> _w(31))


@compiled
def seed_lanes(state: Bits, seed: np.uint64, block: np.uint64) -> None:
    """Set the generators of a block; ``state`` has shape (4, LANES)."""
    at = mixed(seed + _w(0x9E3779B97F4A7C15)) ^ mixed(mixed(block + _w(0xD1342543DE82EF95)))
    for j in range(4):
        for i in range(LANES):
            at = at + _w(0x9E3779B97F4A7C15)
            state[j, i] = _u(mixed(at) >> _w(32))


@compiled
def next_bits(state: Bits, out: Bits) -> None:
    """Draw 32 random bits in every lane: xoshiro128++ (Blackman D, Vigna S. ACM Trans Math Softw 2021;47:36)."""
    for i in range(LANES):
        a, b, c, d = state[0, i], state[1, i], state[2, i], state[3, i]
        r = _u(a + d)
        out[i] = _u(_u(_u(r << _u(7)) | _u(r >> _u(25))) + a)
        t = _u(b << _u(9))
        c = _u(c ^ a)
        d = _u(d ^ b)
        state[1, i] = _u(b ^ c)
        state[0, i] = _u(a ^ d)
        state[2, i] = _u(c ^ t)
        state[3, i] = _u(_u(d << _u(11)) | _u(d >> _u(21)))


@compiled
def uniforms(bits: Bits, out: Singles, at: np.uint64, most: np.float32) -> None:
    """Turn bits into numbers between 0 and ``most``, neither included."""
    scale = _f(2.0**-23) * most
    for i in range(_w(LANES)):
        out[at + i] = (_f(_i(bits[i] >> _u(9))) + _f(0.5)) * scale


@compiled
def exponentials(bits: Bits, out: Singles, at: np.uint64, scale: np.float32) -> None:
    """Turn bits into exponential numbers of a mean, -log of a uniform one; at most 17.3 times the mean."""
    for i in range(_w(LANES)):
        b = _f(_f(_i(bits[i] >> _u(8))) + _f(0.5)).view(np.int32)
        exponent = _i(_i(b - _HALF_ROOT) >> _i(23))
        m = _i(b - _i(exponent << _i(23))).view(np.float32)
        z = (m - _f(1)) / (m + _f(1))
        q = z * z
        p = z * (_f(2) + q * (_f(0.6666667) + q * (_f(0.4) + q * (_f(0.2857143) + q * _f(0.2222222)))))
        out[at + i] = -(_f(_i(exponent - _i(24))) * _f(0.6931472) + p) * scale


@compiled
def logs(x: Singles, at: np.uint64, to: np.uint64) -> None:
    """Set the row at ``to`` to the logarithms of the row at ``at``, of which none is below 1e-30."""
    for i in range(_w(LANES)):
        b = _f(x[at + i]).view(np.int32)
        exponent = _i(_i(b - _HALF_ROOT) >> _i(23))
        m = _i(b - _i(exponent << _i(23))).view(np.float32)
        z = (m - _f(1)) / (m + _f(1))
        q = z * z
        p = z * (_f(2) + q * (_f(0.6666667) + q * (_f(0.4) + q * (_f(0.2857143) + q * _f(0.2222222)))))
        x[to + i] = _f(exponent) * _f(0.6931472) + p


@compiled
def powers(x: Singles, at: np.uint64, inner: np.float32, k: np.float32, outer: np.float32) -> None:
    """Replace x > 0 by outer times (inner times x) to the power k; what is never stays never."""
    for i in range(_w(LANES)):
        v = _f(max(x[at + i] * inner, _f(1e-30)))
        b = v.view(np.int32)
        exponent = _i(_i(b >> _i(23)) - _i(127))
        m = _i(_i(b & _i(0x7FFFFF)) | _i(0x3F800000)).view(np.float32)
        big = m > _f(1.41421356)
        m = m * _f(0.5) if big else m
        exponent = _i(exponent + _i(1)) if big else exponent
        z = (m - _f(1)) / (m + _f(1))
        q = z * z
        p = z * (_f(2.885390) + q * (_f(0.9617967) + q * (_f(0.5770780) + q * (_f(0.4121986) + q * _f(0.3205989)))))
        y = k * (_f(exponent) + p)
        y = y if y < _f(100) else _f(100)
        y = y if y > _f(-120) else _f(-120)
        n = _f(math.floor(y + _f(0.5)))
        result = outer * _exp2(n, y - n)
        x[at + i] = result if x[at + i] < _NEVER else FAR


@compiled
def _exp2(whole: np.float32, part: np.float32) -> np.float32:
    """Return 2 to the power whole + part, |part| <= 1/2."""
    r = part * _f(0.6931472)
    g = _f(0.16666667) + r * (_f(0.041666667) + r * (_f(0.0083333333) + r * _f(0.0013888889)))
    g = _f(1) + r * (_f(1) + r * (_f(0.5) + r * g))
    return _f(g * _i(_i(_i(whole) + _i(127)) << _i(23)).view(np.float32))


@compiled
def exps(x: Singles, at: np.uint64, to: np.uint64) -> None:
    """Set the row at ``to`` to e to the power of the row at ``at``, which is within 60 of 0."""
    for i in range(_w(LANES)):
        y = x[at + i] * _f(1.442695041)
        n = _f(math.floor(y + _f(0.5)))
        x[to + i] = _exp2(n, y - n)


@compiled
def sort_rows(keys: Keys, network: Ints) -> None:
    """Sort the rows of every lane.

    Parameters
    ----------
    keys
        Shape (n * LANES,): row after row.
    network
        Shape (S, 3): runs of comparators, as made by ``odd_even_merge``: first low row, first high row, how many.
    """
    for s in range(network.shape[0]):
        _compare(keys, keys, _w(network[s, 0] * LANES), _w(network[s, 1] * LANES), _w(network[s, 2] * LANES))


@compiled
def _compare(low: Keys, high: Keys, first: np.uint64, second: np.uint64, count: np.uint64) -> None:
    """Order ``count`` pairs; unsigned places spare the test for a negative one."""
    for i in range(count):
        a, b = low[first + i], high[second + i]
        low[first + i] = a if a < b else b
        high[second + i] = b if a < b else a

"""Finished blocks on disk, so that a long simulation can go on where it stopped."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError
from glisson.simulation.plan import Plan
from glisson.simulation.tally import Tally, empty_tally

#: Counts up when the same seed would give other trials.
ENGINE = 2


def fingerprint(plan: Plan, seed: int, trials: int) -> str:
    """Return what a checkpoint must agree with: everything the kernels read, the seed and the number of trials."""
    digest = sha256(f"{ENGINE} {seed} {trials}".encode())
    for name, value in sorted({**plan._asdict(), **plan.laws._asdict()}.items()):
        if name != "laws":
            array = np.ascontiguousarray(value)
            digest.update(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes())
    return digest.hexdigest()


def load(path: Path, mark: str, plan: Plan, blocks: int) -> tuple[Tally, NDArray[np.bool_]]:
    """Return the tally of the finished blocks and which they are; of none where there is no file.

    Raises
    ------
    InputError
        If the file is of another simulation, or no checkpoint.
    """
    if not path.exists():
        return empty_tally(plan), np.zeros(blocks, dtype=np.bool_)
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        written, done = str(found["mark"]), np.unpackbits(found["done"], count=blocks).astype(np.bool_)
        tally = Tally(*(found[name] for name in Tally._fields))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError("this file is no checkpoint of a simulation", place=str(path),
                         todo="name another file, or delete it") from error  # fmt: skip
    if written != mark:
        raise InputError(
            "this checkpoint is of another scenario, seed or number of trials",
            expected="the same as when it was begun",
            todo="name another file, or delete it to begin anew",
            place=str(path),
        )
    return tally, done


def save(path: Path, mark: str, tally: Tally, done: NDArray[np.bool_]) -> None:
    """Write the finished blocks; the file is replaced in one step, so that a crash leaves the old one."""
    other = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with other.open("wb") as file:
            np.savez(file, mark=np.array(mark), done=np.packbits(done), **tally._asdict())
        other.replace(path)
    except OSError as error:
        other.unlink(missing_ok=True)
        raise InputError(f"the checkpoint cannot be written ({error.strerror})", place=str(path)) from error

"""What holds for every test: none is timed, and each process keeps to one thread.

A busy machine must not turn a right number red, and the processes of `pytest -n` shall not compete for the processors.
Libraries read how many threads they may start when they are imported, which is after this file.
"""

import os

from hypothesis import settings

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

# The same examples every time, so that a change is judged by what it changes; `searching` draws new ones.
settings.register_profile("checking", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "checking"))

"""What holds for every test: none is timed, and each process keeps to one thread.

A busy machine must not turn a right number red, and the processes of `pytest -n` shall not compete for the processors.
Libraries read how many threads they may start when they are imported, which is after this file.
"""

import os

from hypothesis import settings

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

"""The whole library pooled: every outcome after every treatment in three populations, as the report needs it.

What comes out is checked before it is timed: a proportion by the binomial model, survival at 60 months, and that the
same rows come out again. The report must not wait for it.
"""

from __future__ import annotations

from timing import best, only

from glisson.evidence import library
from glisson.evidence.pooling import pooled
from glisson.present.tabulate.pooled_summary import pooled_summary
from glisson.present.words import Words


def main() -> None:
    shelf = library()
    found = pooled(shelf)
    if found.one("os_60m", "resection").k != 6 or found.one("orr", "tace", "with_gist").k != 3:
        raise AssertionError("other series than expected")
    if repr(pooled(shelf)) != repr(found):
        raise AssertionError("not the same again")
    note = f"{len(found.poolings)} poolings, {sum(bool(p.used) for p in found.poolings)} with a value"
    only("the library pooled", best(lambda: pooled(shelf)), note)
    only("  the table of the report from it", best(lambda: pooled_summary(found, Words.of("ama"))))


if __name__ == "__main__":
    main()

"""Cases on which the fast fits are compared with a sampler."""

from __future__ import annotations

from typing import Any

from glisson.tables import CountTable, Endpoint, Factor

METHOD = ["deb_tace"] * 13 + ["y90"] * 6 + ["ablation"] * 5
DAYS = [61, 88, 122, 152, 183, 213, 244, 258, 290, 426, 502, 669, 1205, 76, 137, 274, 320, 610, 795]
DAYS += [198, 365, 730, 1096, 1310]
DEAD = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0]
EXTRAHEPATIC = [1] * 9 + [0] * 4 + [1] * 4 + [0] * 2 + [1] * 2 + [0] * 3
LARGEST_CM = [8.8, 6.2, 11, 4.5, 5.4, 7.1, 9.6, 3.8, 6.7, 5.9, 4.2, 3.3, 7.5, 8.1, 6.4, 7.0, 5.1, 4.9, 5.8, 2.1]
LARGEST_CM += [3.4, 2.7, 2.2, 3.0]


def endpoint() -> Endpoint:
    """Twenty-four invented patients."""
    return Endpoint.from_arrays(DAYS, DEAD, keys={"method": METHOD}, name="os")


#: (name, cut-points, covariates).
SURVIVAL: tuple[tuple[str, tuple[int, ...], dict[str, Any]], ...] = (
    ("exponential", (), {}),
    ("piecewise", (183, 365), {}),
    ("piecewise with covariates", (183, 365), {"extrahepatic": EXTRAHEPATIC, "largest_cm": LARGEST_CM}),
)
#: (responders, patients) by method.
RESPONSE = ((2, 13), (1, 6), (3, 5))


def responses() -> CountTable:
    """Responders by method."""
    hits = ["yes" if i < x else "no" for x, n in RESPONSE for i in range(n)]
    keys = {"method": Factor.of([m for m, (_, n) in zip("abc", RESPONSE, strict=True) for _ in range(n)])}
    return CountTable.of(hits, ["no", "yes"], keys=keys, name="response")

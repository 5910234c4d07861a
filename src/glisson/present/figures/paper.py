"""A sheet of paper measured in millimetres from its lower left corner, on which figures are drawn.

matplotlib's own axes spend more time on ticks than on curves; a figure here is lines, areas and words at known places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glisson.present.figures.palette import INK, MM

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A matplotlib figure with its millimetre transform.

    Parameters
    ----------
    figure, transform
        What is drawn on, and millimetres to its coordinates.
    width, height
        Millimetres.
    """

    figure: Figure
    transform: Transform
    width: float
    height: float

    @classmethod
    def sheet(cls, width: float, height: float) -> Paper:
        """Return an empty sheet."""
        from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only drawing needs
        from matplotlib.transforms import Affine2D  # noqa: PLC0415

        figure = Figure(figsize=(width * MM, height * MM))
        return cls(figure=figure, transform=Affine2D().scale(MM) + figure.dpi_scale_trans, width=width, height=height)

    def line(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats, **look: Any) -> None:
        """Draw a line, or markers."""
        from matplotlib.lines import Line2D  # noqa: PLC0415

        plain: dict[str, Any] = {"color": INK, "linewidth": 0.6}
        self.figure.add_artist(Line2D(x, y, transform=self.transform, **(plain | look)))

    def area(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats, **look: Any) -> None:
        """Fill a polygon."""
        from matplotlib.patches import Polygon  # noqa: PLC0415

        corners = np.column_stack([x, y])
        self.figure.add_artist(Polygon(corners, closed=True, transform=self.transform, **look))

    def text(self, x: float, y: float, words: str, **look: Any) -> None:
        """Write; by default from the left, on the line ``y``."""
        plain: dict[str, Any] = {"va": "baseline"}
        self.figure.text(x, y, words, transform=self.transform, **(plain | look))

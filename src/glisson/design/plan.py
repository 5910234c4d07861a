"""A planned trial: what was assumed and where that came from, the rule of decision, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.tables import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One number a design rests on.

    Parameters
    ----------
    name
        What it is, in words: "survival at 6 months under chemotherapy".
    value
        Its value.
    unit
        Unit in words; empty for a probability or a ratio.
    origin
        Where it comes from: "typed", "default", "assessment: ..." or "evidence: study, arm".

    Examples
    --------
    >>> print(Assumption(name="hazard ratio", value=0.6, origin="typed"))
    hazard ratio 0.6 (typed)
    """

    name: str
    value: float
    unit: str = ""
    origin: str

    def __str__(self) -> str:
        """Return one line with the origin."""
        return f"{self.name} {self.value:g}{' ' + self.unit if self.unit else ''} ({self.origin})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """One look at the data and what is concluded there.

    Parameters
    ----------
    look
        Number of the look, from 1; the last is the final analysis.
    n, events
        Patients and events expected or needed at the look; ``None`` where the look does not go by them.
    scale
        What is compared with the limits: "responders", "events", "z", "p".
    efficacy, futility
        Stop for efficacy at or beyond, for futility at or beyond; ``None`` where the look cannot stop so.
    rule
        The same as a sentence for the protocol.
    """

    look: int
    n: int | None = None
    events: int | None = None
    scale: str
    efficacy: float | None = None
    futility: float | None = None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDesign:
    """A design, ready to be compared with others.

    Parameters
    ----------
    kind
        Which design it is, a short name: ``simon_two_stage``, ``group_sequential_logrank``.
    title
        Its name in a heading.
    n
        Patients in all, the largest number that may be needed.
    events
        Events needed in all; ``None`` where the design does not go by events.
    assumptions
        Everything it rests on, each with its origin.
    boundaries
        The looks, in order; the last is the final analysis.
    characteristics
        How it behaves: statistics ``type_i_error``, ``power``, ``expected_n``, ``early_stop``, ``duration`` (days) ...;
        the group names the scenario: ``(("scenario", "null"),)``.
    protocol
        Paragraphs for the protocol: design, sample size, interim analyses, analysis.
    references
        Citations the paragraphs rest on.
    """

    kind: str
    title: str
    n: int
    events: int | None = None
    assumptions: tuple[Assumption, ...]
    boundaries: tuple[Boundary, ...]
    characteristics: Estimates
    protocol: tuple[str, ...]
    references: tuple[str, ...]

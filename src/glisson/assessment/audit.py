"""What a statistical reviewer would write: findings, and the facts that bear on the risk of bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from glisson.assessment.comparison import ComparisonResult
from glisson.assessment.comparison_control import ControlResult
from glisson.assessment.whole import BiasDomain, Finding, Setting
from glisson.clinical.problems import Problems
from glisson.tables import Group

Labels = tuple[tuple[tuple[str, str], str], ...]


class Spoken(Protocol):
    """What words about a cohort need: how many there are, whether they are invented, what things are called."""

    @property
    def n(self) -> int:
        """Patients analysed."""
        ...

    @property
    def synthetic(self) -> bool:
        """Whether the patients are invented."""
        ...

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Settings of the run, of which the style is one."""
        ...

    @property
    def labels(self) -> Labels:
        """Printed names of grouping variables and levels."""
        ...

    @property
    def endpoint_labels(self) -> tuple[tuple[str, str], ...]:
        """Code and printed name of each endpoint."""
        ...

    def label(self, key: str, level: str = "") -> str:
        """Return the printed name of a grouping variable or of one of its levels."""
        ...

    def group_label(self, group: Group) -> str:
        """Return the printed name of a group."""
        ...


class Reviewed(Spoken, Protocol):
    """What the reviewer's letter needs besides."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Pitfalls, worst first."""
        ...

    @property
    def bias(self) -> tuple[BiasDomain, ...]:
        """Facts on the risk of bias, by domain."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The findings alone, without the results of the cohort.

    Parameters
    ----------
    title, synthetic, n
        As in ``Assessment``.
    findings
        Pitfalls, worst first.
    bias
        The seven domains of ROBINS-I with the facts that bear on each; the judgement is left to people.
    problems, settings, labels, files, versions
        As in ``Assessment``.
    endpoint_labels
        Code and printed name of each endpoint.
    """

    title: str
    synthetic: bool
    n: int
    findings: tuple[Finding, ...]
    bias: tuple[BiasDomain, ...]
    problems: Problems
    settings: tuple[Setting, ...]
    labels: Labels
    endpoint_labels: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]

    def label(self, key: str, level: str = "") -> str:
        """Return the printed name of a grouping variable or of one of its levels."""
        return dict(self.labels).get((key, level), level or key)

    def group_label(self, group: Group) -> str:
        """Return the printed name of a group: its levels, or ``All patients``."""
        return ", ".join(self.label(k, v) for k, v in group) or "All patients"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A comparison with published treatments by itself, with what words about the cohort need.

    Parameters
    ----------
    title, synthetic, n, settings, labels, endpoint_labels
        As in ``Assessment``.
    result
        Published arms beside the cohort.
    files, versions
        As in ``Assessment``.
    control
        A control with rows beside the cohort, where one was given.
    findings
        Pitfalls of the comparison itself, worst first.
    """

    title: str
    synthetic: bool
    n: int
    settings: tuple[Setting, ...]
    labels: Labels
    endpoint_labels: tuple[tuple[str, str], ...]
    result: ComparisonResult
    files: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    control: ControlResult | None = None
    findings: tuple[Finding, ...] = ()

    def label(self, key: str, level: str = "") -> str:
        """Return the printed name of a grouping variable or of one of its levels."""
        return dict(self.labels).get((key, level), level or key)

    def group_label(self, group: Group) -> str:
        """Return the printed name of a group."""
        return ", ".join(self.label(k, v) for k, v in group) or "All patients"

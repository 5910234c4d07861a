"""The currencies: frozen values that merge with ``+`` and carry their lineage."""

from glisson.tables.count_table import CountTable
from glisson.tables.curve import Curve
from glisson.tables.effect_table import EffectTable
from glisson.tables.endpoint import CENSORED, MOVED, ORIGIN, Endpoint, Factor
from glisson.tables.estimates import Estimate, Estimates, Group
from glisson.tables.levels import RiskLevels
from glisson.tables.risk_table import RiskTable, risk_table
from glisson.tables.source import Source

__all__ = [
    "CENSORED",
    "MOVED",
    "ORIGIN",
    "CountTable",
    "Curve",
    "EffectTable",
    "Endpoint",
    "Estimate",
    "Estimates",
    "Factor",
    "Group",
    "RiskLevels",
    "RiskTable",
    "Source",
    "risk_table",
]

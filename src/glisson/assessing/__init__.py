"""From a cohort to an assessment."""

from glisson.assessing.assess import assess
from glisson.assessing.audit import audit
from glisson.assessing.beside import compare

__all__ = ["assess", "audit", "compare"]

"""From a cohort to an assessment."""

from glisson.assessing.assess import assess
from glisson.assessing.audit import audit

__all__ = ["assess", "audit"]

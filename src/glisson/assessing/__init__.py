"""From a cohort to an assessment."""

from glisson.assessing.assess import assess

__all__ = ["assess"]

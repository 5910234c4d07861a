"""Analysis datasets for statisticians: ADaM-style tables with the records they were derived from."""

from __future__ import annotations

from glisson.adam.export import check_export, export_adam

__all__ = ["check_export", "export_adam"]

"""Records under the names of CDISC: domains that hold the tables of the data model, and what others write as ADaM."""

from __future__ import annotations

from glisson.clinical.cdisc.domains import DOMAINS, Domain
from glisson.clinical.cdisc.recognise import is_cdisc

__all__ = ["DOMAINS", "Domain", "is_cdisc"]

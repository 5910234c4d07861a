"""What has been published: every number with its study, arm, endpoint and source, and whether they fit together."""

from glisson.evidence.consistency import check
from glisson.evidence.finding import Finding
from glisson.evidence.library import Arm, Library, Published, library

__all__ = ["Arm", "Finding", "Library", "Published", "check", "library"]

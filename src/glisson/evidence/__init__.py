"""What has been published: numbers with their source, whether they fit together, and curves turned into data."""

from glisson.evidence.consistency import check
from glisson.evidence.finding import Finding
from glisson.evidence.library import Arm, Library, Published, library

__all__ = ["Arm", "Finding", "Library", "Published", "check", "library"]

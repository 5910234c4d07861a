"""What has been published: numbers with their study, arm, endpoint and source; and curves turned into data."""

from glisson.evidence.library import Arm, Library, Published, library

__all__ = ["Arm", "Library", "Published", "library"]

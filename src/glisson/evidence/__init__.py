"""What has been published: every number with its study, arm, endpoint and source."""

from glisson.evidence.library import Arm, Library, Published, library

__all__ = ["Arm", "Library", "Published", "library"]

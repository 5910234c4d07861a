from __future__ import annotations

import pytest

from glisson.present.document import Document
from glisson.present.figures.render import Rendered, render_all
from glisson.reporting.chapters import document
from tests.reporting.fixture import assessment


@pytest.fixture(scope="session")
def made() -> Document:
    return document(assessment())


@pytest.fixture(scope="session")
def figures(made: Document) -> dict[str, Rendered]:
    return render_all(made.figures())

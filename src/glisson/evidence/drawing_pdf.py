"""Lines and words of a page of a PDF file, by pypdf where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glisson.errors import InputError, NotSupportedError
from glisson.evidence.drawing import IDENTITY, Drawing, Matrix, Stroke, Word, combined, hex_color, moved

NO_PYPDF = "reading figures from PDF needs pypdf, which is not installed: pip install 'glisson[pdf-figures]'"
#: Operators that paint the line of a path; with True those that close it first.
_PAINTS = {"S": False, "s": True, "B": False, "b": True, "B*": False, "b*": True}
_ENDS = {*_PAINTS, "f", "F", "f*", "n"}
_STROKE_COLORS = {"RG", "G", "K", "SC", "SCN"}
#: Figures within figures.
_DEEPEST = 8


def read_pdf(path: Path | str, page: int = 1) -> Drawing:
    """Read the lines and words of one page.

    Parameters
    ----------
    path
        The file.
    page
        Counted from 1.

    Raises
    ------
    NotSupportedError
        If pypdf is not installed.
    InputError
        If the file is not PDF, is locked, or has no such page.
    """
    try:
        import pypdf  # noqa: PLC0415 - an optional part
        from pypdf.errors import PyPdfError  # noqa: PLC0415
    except ImportError:
        raise NotSupportedError(NO_PYPDF) from None
    file = Path(path)
    try:
        reader = pypdf.PdfReader(file)
        pages = len(reader.pages)
    except (PyPdfError, OSError, ValueError) as error:
        raise InputError(f"{file.name} cannot be read as PDF ({error})", todo="save the page as PDF again") from None
    if not 1 <= page <= pages:
        raise InputError(f"{file.name} has no page {page}", expected=f"a page from 1 to {pages}")
    chosen = reader.pages[page - 1]
    strokes = _Strokes(reader)
    strokes.read(chosen.get_contents(), chosen.get("/Resources"), IDENTITY, 0)
    words: list[Word] = []

    def note(text: str, outer: Any, inner: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            matrix = combined(_six(outer), _six(inner))
            words.append(Word(text=text.strip(), x=matrix[4], y=matrix[5]))

    chosen.extract_text(visitor_text=note)
    return Drawing(strokes=tuple(strokes.found), words=tuple(words))


class _Strokes:
    """Follows the operators of a page and keeps the lines that are painted."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.found: list[Stroke] = []

    def read(self, contents: Any, resources: Any, matrix: Matrix, depth: int, color: str = "#000000") -> None:
        """Collect the lines of one stream of operators."""
        from pypdf.generic import ContentStream  # noqa: PLC0415

        if contents is None or depth > _DEEPEST:
            return
        stream = contents if isinstance(contents, ContentStream) else ContentStream(contents, self.reader)
        kept: list[tuple[Matrix, str]] = []
        path = _Path()
        for operands, operator in stream.operations:
            op = operator.decode("latin-1") if isinstance(operator, bytes) else str(operator)
            if op == "q":
                kept.append((matrix, color))
            elif op == "Q" and kept:
                matrix, color = kept.pop()
            elif op == "cm":
                matrix = combined(matrix, _six(operands))
            elif op in _STROKE_COLORS:
                color = _color(operands, color)
            elif op == "Do":
                self._form(operands[0], resources, matrix, depth, color)
            elif op in _ENDS:
                if op in _PAINTS:
                    self._keep(path, matrix, color, closed=_PAINTS[op])
                path = _Path()
            else:
                path.add(op, operands)

    def _form(self, name: Any, resources: Any, matrix: Matrix, depth: int, color: str) -> None:
        forms = _resolved(_resolved(resources).get("/XObject")) if resources is not None else None
        form = _resolved(forms.get(name)) if forms is not None else None
        if form is None or form.get("/Subtype") != "/Form":
            return
        inner = combined(matrix, _six(form.get("/Matrix", IDENTITY)))
        self.read(form, form.get("/Resources", resources), inner, depth + 1, color)

    def _keep(self, path: _Path, matrix: Matrix, color: str, *, closed: bool) -> None:
        for points, straight in path.parts:
            if len(points) > 1:
                x, y = moved(matrix, points)
                self.found.append(Stroke(x=x, y=y, color=color, straight=straight and not closed))


class _Path:
    """A path as it is built."""

    def __init__(self) -> None:
        self.parts: list[tuple[list[tuple[float, float]], bool]] = []

    def add(self, op: str, operands: Any) -> None:
        """Add the end point of one operator."""
        if op == "m":
            self.parts.append(([(float(operands[0]), float(operands[1]))], True))
        elif op == "re":
            self.parts.append(([(float(operands[0]), float(operands[1]))], False))
        elif self.parts and op in {"l", "c", "v", "y"}:
            points, straight = self.parts[-1]
            points.append((float(operands[-2]), float(operands[-1])))
            self.parts[-1] = (points, straight and op == "l")
        elif self.parts and op == "h":
            self.parts[-1] = (self.parts[-1][0], False)


def _six(values: Any) -> Matrix:
    a, b, c, d, e, f = (float(v) for v in values)
    return (a, b, c, d, e, f)


def _color(operands: Any, before: str) -> str:
    numbers = [float(v) for v in operands if isinstance(v, int | float) or hasattr(v, "as_numeric")]
    return hex_color(numbers) if len(numbers) in {1, 3, 4} else before


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value

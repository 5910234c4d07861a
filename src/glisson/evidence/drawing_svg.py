"""Lines and words of an SVG file, with the standard library's XML parser."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from glisson.errors import InputError
from glisson.evidence.drawing import IDENTITY, Drawing, Matrix, Stroke, Word, color_code, combined, moved

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PIECE = re.compile(r"([MmLlHhVvZzCcSsQqTtAa])([^MmLlHhVvZzCcSsQqTtAa]*)")
_TRANSFORM = re.compile(r"(\w+)\s*\(([^)]*)\)")
#: Numbers that each command of a path takes at a time, and where among them its end point stands.
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7, "z": 0}
_HIDDEN = {"defs", "symbol", "clipPath", "mask", "marker", "pattern", "metadata", "style", "title", "desc"}
_INHERITED = ("stroke", "display", "visibility")
#: Elements that may refer to each other in turn.
_DEEPEST = 12
Style = Mapping[str, str]


def read_svg(path: Path | str) -> Drawing:
    """Read the lines and words of an SVG file.

    Parameters
    ----------
    path
        The file. Text must be text to be read; figures of matplotlib are read also where letters were turned into
        outlines, for it keeps the words as comments.

    Raises
    ------
    InputError
        If the file is not SVG.
    """
    file = Path(path)
    try:
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
        text = file.read_bytes()
        if b"<!ENTITY" in text:
            raise InputError(f"{file.name} defines entities", expected="a plain SVG file", todo="save it again as SVG")
        root = ET.fromstring(text, parser=parser)
    except (ET.ParseError, OSError) as error:
        raise InputError(f"{file.name} cannot be read as SVG ({error})", todo="save the figure as SVG again") from None
    if _tag(root) != "svg":
        raise InputError(f"{file.name} holds <{_tag(root)}>", expected="an <svg> element")
    reader = _Reader(root)
    reader.visit(root, (1.0, 0.0, 0.0, -1.0, 0.0, 0.0), {}, 0)
    return Drawing(strokes=tuple(reader.strokes), words=tuple(reader.words))


class _Reader:
    """Walks through the elements and collects what is drawn."""

    def __init__(self, root: ET.Element) -> None:
        self.strokes: list[Stroke] = []
        self.words: list[Word] = []
        self.named = {e.attrib["id"]: e for e in root.iter() if "id" in e.attrib}
        self.rules = list(_css("\n".join("".join(e.itertext()) for e in root.iter() if _tag(e) == "style")))

    def visit(self, element: ET.Element, matrix: Matrix, style: Style, depth: int) -> None:
        """Collect one element and what it holds."""
        tag = _tag(element)
        if tag in _HIDDEN and depth < _DEEPEST and tag != "symbol":
            return
        own = self._style(element, tag, style)
        if own.get("display") == "none" or own.get("visibility") == "hidden" or depth > _DEEPEST:
            return
        matrix = combined(matrix, _matrix(element.get("transform", "")))
        if tag == "text":
            self._text(element, matrix)
            return
        if tag == "use":
            target = self.named.get(_reference(element))
            if target is not None:
                shift: Matrix = (1.0, 0.0, 0.0, 1.0, _length(element, "x"), _length(element, "y"))
                self.visit(target, combined(matrix, shift), own, depth + 1)
            return
        self._lines(element, tag, matrix, own)
        for child in element:
            if callable(child.tag):  # a comment has a function where others have a name
                self._comment(element, child, matrix)
            else:
                self.visit(child, matrix, own, depth)

    def _lines(self, element: ET.Element, tag: str, matrix: Matrix, style: Style) -> None:
        color = style.get("stroke", "none")
        if color in {"none", "transparent"}:
            return
        for points, straight in _points(element, tag):
            if len(points) > 1:
                x, y = moved(matrix, points)
                self.strokes.append(Stroke(x=x, y=y, color=color_code(color), straight=straight))

    def _text(self, element: ET.Element, matrix: Matrix) -> None:
        spans = [e for e in element.iter() if _tag(e) == "tspan" and "x" in e.attrib]
        for part in spans or [element]:
            words = "".join(part.itertext()).strip()
            if words:
                self._word(words, matrix, _length(part, "x"), _length(part, "y") or _length(element, "y"))

    def _comment(self, parent: ET.Element, comment: ET.Element, matrix: Matrix) -> None:
        """Take the words that matplotlib notes before the outlines of their letters."""
        children = list(parent)
        place = children.index(comment)
        after = children[place + 1] if place + 1 < len(children) else None
        if after is not None and _tag(after) == "g" and parent.get("id", "").startswith("text"):
            self._word((comment.text or "").strip(), combined(matrix, _matrix(after.get("transform", ""))), 0.0, 0.0)

    def _word(self, words: str, matrix: Matrix, x: float, y: float) -> None:
        at_x, at_y = moved(matrix, [(x, y)])
        self.words.append(Word(text=words, x=float(at_x[0]), y=float(at_y[0])))

    def _style(self, element: ET.Element, tag: str, inherited: Style) -> Style:
        own = {k: v for k, v in inherited.items() if k in _INHERITED}
        own |= {k: element.attrib[k] for k in _INHERITED if k in element.attrib}
        classes = {f".{name}" for name in element.get("class", "").split()}
        for wanted in ({"*", tag}, classes):  # a class goes before the name of an element
            for selector, values in self.rules:
                if selector in wanted:
                    own |= values
        return own | _declared(element.get("style", ""))


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _reference(element: ET.Element) -> str:
    return next((v[1:] for k, v in element.attrib.items() if k.rpartition("}")[2] == "href" and v[:1] == "#"), "")


def _length(element: ET.Element, name: str) -> float:
    found = _NUMBER.match(element.get(name, "").strip())
    return float(found[0]) if found else 0.0


def _declared(text: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if value}


def _css(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the last word of each selector with what is declared for it."""
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        for selector in selectors.split(","):
            if selector.split():
                yield selector.split()[-1], _declared(body)


def _matrix(text: str) -> Matrix:
    """Return the matrix of a transform attribute."""
    out = IDENTITY
    for name, inside in _TRANSFORM.findall(text):
        v = [float(x) for x in _NUMBER.findall(inside)]
        match name:
            case "matrix" if len(v) == 6:
                out = combined(out, (v[0], v[1], v[2], v[3], v[4], v[5]))
            case "translate" if v:
                out = combined(out, (1.0, 0.0, 0.0, 1.0, v[0], v[1] if len(v) > 1 else 0.0))
            case "scale" if v:
                out = combined(out, (v[0], 0.0, 0.0, v[1] if len(v) > 1 else v[0], 0.0, 0.0))
            case "rotate" if v:
                turn, (x, y) = math.radians(v[0]), (v[1], v[2]) if len(v) > 2 else (0.0, 0.0)
                c, s = math.cos(turn), math.sin(turn)
                out = combined(out, (c, s, -s, c, x - c * x + s * y, y - s * x - c * y))
    return out


def _points(element: ET.Element, tag: str) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    """Give each line of an element: its points, and whether it is straight and open."""
    if tag == "path":
        yield from _path(element.get("d", ""))
    elif tag == "line":
        ends = [(_length(element, f"x{i}"), _length(element, f"y{i}")) for i in (1, 2)]
        yield ends, True
    elif tag in {"polyline", "polygon"}:
        v = [float(x) for x in _NUMBER.findall(element.get("points", ""))]
        yield list(zip(v[::2], v[1::2], strict=False)), tag == "polyline"


def _path(data: str) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    points: list[tuple[float, float]] = []
    straight, x, y = True, 0.0, 0.0
    for command, inside in _PIECE.findall(data):
        kind, relative = command.lower(), command.islower()
        if kind == "z":
            straight = False
            x, y = points[0] if points else (x, y)
            continue
        values = [float(v) for v in _NUMBER.findall(inside)]
        for i in range(0, len(values) - _TAKES[kind] + 1, _TAKES[kind]):
            if kind == "m" and i == 0 and points:
                yield points, straight
                points, straight = [], True
            end = values[i : i + _TAKES[kind]][-2:]
            base_x, base_y = (x, y) if relative else (0.0, 0.0)
            if kind == "h":
                x = base_x + end[0]
            elif kind == "v":
                y = base_y + end[0]
            else:
                x, y = base_x + end[0], base_y + end[1]
            straight &= kind in "mlhv"
            points.append((x, y))
    if points:
        yield points, straight

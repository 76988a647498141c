"""Charts as plain SVG: lines and bars, told apart by dash and label, not by colour alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from atlasmodel._text import dot_html

Point = tuple[float, float]
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 78, 150, 46, 52
# Okabe and Ito's colours, which differ for colour-blind eyes too; each series has a dash of its own besides.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 2", "12 4", "1 4")
_INK, _GRID = "#222222", "#d9d9d9"


def line_chart(
    title: str,
    series: Sequence[tuple[str, Sequence[Point]]],
    x_label: str,
    y_label: str,
    *,
    log_x: bool = False,
    percent: bool = True,
    top: float | None = None,
) -> str:
    """Return a chart of one line a series, each named at its end; `percent` shows shares 0 to 1 as per cent.

    `top` is what the vertical axis has to hold; without it, 1 for shares and the highest point else.

    >>> line_chart("t", [("a", [(0, 0), (1, 1)])], "x", "y").startswith("<svg")
    True
    """
    points = [point for _, line in series for point in line if not log_x or point[0] > 0]
    if not points:
        return _page(title, [_text(WIDTH / 2, HEIGHT / 2, "nothing to draw", anchor="middle")])
    low_x, high_x = _range([x for x, _ in points], log_x)
    high_y = _ceiling(top if top is not None else 1.0 if percent else max(y for _, y in points))

    def at(point: Point) -> Point:
        x = math.log10(point[0]) if log_x else point[0]
        return (
            LEFT + (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - point[1] / high_y * (HEIGHT - TOP - BOTTOM),
        )

    parts = _axes(x_label, y_label)
    for value in _marks(0.0, high_y):
        _, y = at((10**low_x if log_x else low_x, value))
        parts += [
            _rule(LEFT, y, WIDTH - RIGHT, y),
            _text(LEFT - 8, y + 4, _figure(value, percent=percent), anchor="end"),
        ]
    steps = range(math.ceil(low_x), math.floor(high_x) + 1) if log_x else ()
    for value in [10.0**step for step in steps] if log_x else _marks(low_x, high_x):
        x, _ = at((value, 0))
        parts += [_rule(x, TOP, x, HEIGHT - BOTTOM), _text(x, HEIGHT - BOTTOM + 18, _figure(value), anchor="middle")]
    ends: list[tuple[float, int]] = []
    for number, (_, line) in enumerate(series):
        drawn = [at(point) for point in line if not log_x or point[0] > 0]
        parts.append(_line(drawn, number))
        ends.append((drawn[-1][1] if drawn else TOP, number))
    for y, number in _apart(ends):
        parts += _named(y, series[number][0], number)
    return _page(title, parts)


def bar_chart(title: str, today: float, bars: Sequence[tuple[str, str, float, str, float]], label: str) -> str:
    """Return a tornado: a bar for each (name, low setting, figure, high setting, figure)."""
    rows = max(len(bars), 1)
    left, right, height = 225, 40, 74 + 30 * rows + 34
    figures = [today, *(figure for _, _, low, _, high in bars for figure in (low, high))]
    top = _ceiling(max(figures)) or 1.0

    def at(value: float) -> float:
        return left + value / top * (WIDTH - left - right)

    parts = [_text(WIDTH / 2, height - 10, label, anchor="middle")]
    for value in _marks(0.0, top):
        parts += [_rule(at(value), 50, at(value), height - 44)]
        parts += [_text(at(value), height - 28, _figure(value), anchor="middle")]
    for number, (name, low, at_low, high, at_high) in enumerate(bars):
        y = 56 + 30 * number
        parts.append(_text(left - 10, y + 15, name, anchor="end"))
        for setting, figure, colour in ((low, at_low, COLOURS[4]), (high, at_high, COLOURS[1])):
            x, wide = min(at(today), at(figure)), abs(at(figure) - at(today))
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="20" fill="{colour}" stroke="{_INK}"/>')
            # Where both figures lie on one side, the one nearer to today's is named on the other.
            left_of = figure < today or (figure == today and setting == low)
            nearer = min(abs(at_low - today), abs(at_high - today)) == abs(figure - today)
            if (at_low - today) * (at_high - today) > 0 and nearer:
                left_of = not left_of
                place = at(today)
            else:
                place = at(figure)
            parts.append(
                _text(place + (-5 if left_of else 5), y + 15, setting, anchor="end" if left_of else "start", size=11)
            )
    parts.append(
        f'<line x1="{at(today):.1f}" y1="50" x2="{at(today):.1f}" y2="{height - 44}" stroke="{_INK}" stroke-width="2"/>'
    )
    return _page(title, parts, height)


def _axes(x_label: str, y_label: str) -> list[str]:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return [
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label, anchor="middle"),
        f'<g transform="rotate(-90 18 {middle:.1f})">{_text(18, middle, y_label, anchor="middle")}</g>',
    ]


def _line(points: Sequence[Point], number: int) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'


def _named(y: float, name: str, number: int) -> list[str]:
    x = WIDTH - RIGHT + 6
    return [
        _line([(x, y), (x + 24, y)], number),
        _text(x + 30, y + 4, name if len(name) < 18 else f"{name[:16]}…"),
    ]


def _apart(ends: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return the heights of the names moved down so that none covers another."""
    placed: list[tuple[float, int]] = []
    for y, number in sorted(ends):
        placed.append((max(y, placed[-1][0] + 16) if placed else y, number))
    return placed


def _range(values: Sequence[float], log: bool) -> tuple[float, float]:
    low, high = (math.log10(min(values)), math.log10(max(values))) if log else (0.0, max(values))
    return (low, high) if high > low else (low, low + 1)


def _ceiling(value: float) -> float:
    """Return the next round figure at or above a value."""
    if value < 1e-9:
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(size * step for step in (1, 2, 2.5, 5, 10) if size * step >= value * (1 - 1e-12))


def _marks(low: float, high: float) -> list[float]:
    size = _ceiling((high - low) / 6)
    first = math.ceil(low / size)
    return [number * size for number in range(first, math.floor(high / size + 1e-9) + 1)]


def _figure(value: float, *, percent: bool = False) -> str:
    if percent:
        return f"{100 * value:g} %"
    for size, word in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g} {word}"
    return f"{value:g}"


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_GRID}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{_plain(text)}</text>'


def _plain(text: str) -> str:
    return dot_html(" ".join(text.split()))


def _page(title: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="Helvetica, Arial, sans-serif" fill="{_INK}">'
    )
    back = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    name = f'<title>{_plain(title)}</title>{back}<text x="{LEFT}" y="26" font-size="16">{_plain(title)}</text>'
    return f"{head}{name}{''.join(parts)}</svg>\n"

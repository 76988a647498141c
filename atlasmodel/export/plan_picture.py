"""A plan as a picture: what each measure takes off the risk, and what more money would buy. Legible in grey."""

from __future__ import annotations

from html import escape

from atlasmodel._text import visible, wrap
from atlasmodel.export.words import number
from atlasmodel.plan import Plan

WIDTH, ROW, LEFT, RIGHT, TOP = 860, 34, 300, 70, 70
DARK, MIDDLE, LIGHT = "#222222", "#767676", "#d9d9d9"
FRONT = 260


def svg(plan: Plan) -> str:
    """Return the waterfall of risk removed and, where the plan has one, cost against risk."""
    rows = len(plan.measures) + 2
    fall = TOP + rows * ROW + 20
    height = fall + (FRONT + 80 if plan.front else 0)
    title = f"Plan for {plan.pipeline}: risk {number(plan.risk)} to {number(plan.residual)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="sans-serif" font-size="13" fill="{DARK}">',
        f"<title>{_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="16" y="30" font-size="17">{_text(title)}</text>',
        f'<text x="16" y="50" fill="#555555">{_text(_sure(plan))}</text>',
        *_waterfall(plan),
    ]
    if plan.front:
        parts += _front(plan, fall + 30)
    return "\n".join([*parts, "</svg>", ""])


def _waterfall(plan: Plan) -> list[str]:
    scale = (WIDTH - LEFT - RIGHT) / max(plan.risk, 1e-9)
    parts = _bar(0, "today", (0.0, plan.risk * scale), DARK, number(plan.risk))
    for order, item in enumerate(plan.measures, 1):
        label = f"{order}. {item.name} ({item.at})"
        removed = max(0.0, item.risk_removed)
        parts += _bar(order, label, (item.risk_after * scale, removed * scale), MIDDLE, f"-{number(removed)}")
        line = LEFT + item.risk_after * scale
        y = TOP + order * ROW
        parts.append(
            f'<line x1="{line:.1f}" x2="{line:.1f}" y1="{y + 22}" y2="{y + ROW + 2}" stroke="{MIDDLE}" '
            f'stroke-dasharray="2 2"/>'
        )
    last = len(plan.measures) + 1
    parts += _bar(last, "what remains", (0.0, plan.residual * scale), DARK, number(plan.residual))
    if plan.measured_in == "risk" and plan.status != "optimal":
        x = LEFT + plan.bound * scale
        y = TOP + last * ROW
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 2}" y2="{y + 26}" stroke="white" stroke-width="3"/>')
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 2}" y2="{y + 26}" stroke="{DARK}"/>')
    return parts


def _bar(row: int, label: str, span: tuple[float, float], colour: str, figure: str) -> list[str]:
    y = TOP + row * ROW
    x, wide = LEFT + span[0], max(1.0, span[1])
    lines = wrap(label, 42, 2)
    words = "".join(
        f'<tspan x="{LEFT - 10}" dy="{14 if place else 0}">{_text(line)}</tspan>' for place, line in enumerate(lines)
    )
    first = y + (17 if len(lines) == 1 else 10)
    return [
        f'<text x="{LEFT - 10}" y="{first}" text-anchor="end" font-size="12">{words}</text>',
        f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="24" fill="{colour}"/>',
        f'<text x="{x + wide + 6:.1f}" y="{y + 17}">{_text(figure)}</text>',
    ]


def _front(plan: Plan, top: int) -> list[str]:
    left, wide, base = 70, WIDTH - 70 - RIGHT, top + FRONT
    most = max([point.cost for point in plan.front] + [plan.cost.likely, 1e-9])
    across, down = wide / most, (FRONT - 20) / max(plan.risk, 1e-9)

    def at(cost: float, risk: float) -> str:
        return f"{left + cost * across:.1f},{base - risk * down:.1f}"

    found = " ".join(at(point.cost, point.residual) for point in plan.front)
    certain = " ".join(at(point.cost, point.bound) for point in plan.front)
    parts = [
        f'<text x="16" y="{top}">Risk that remains against cost ({_text(plan.currency)}, first year)</text>',
        f'<line x1="{left}" x2="{left + wide}" y1="{base}" y2="{base}" stroke="{DARK}"/>',
        f'<line x1="{left}" x2="{left}" y1="{top + 10}" y2="{base}" stroke="{DARK}"/>',
        f'<polyline points="{certain}" fill="none" stroke="{MIDDLE}" stroke-dasharray="4 3"/>',
        f'<polyline points="{found}" fill="none" stroke="{DARK}" stroke-width="2"/>',
    ]
    for point in plan.front:
        x, y = at(point.cost, point.residual).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{DARK}"/>')
        parts.append(f'<text x="{x}" y="{base + 18}" text-anchor="middle" font-size="11">{number(point.cost)}</text>')
        parts.append(
            f'<text x="{float(x) + 6:.1f}" y="{float(y) - 6:.1f}" font-size="11">{number(point.residual)}</text>'
        )
    x, y = at(plan.cost.likely, plan.residual).split(",")
    parts.append(f'<circle cx="{x}" cy="{y}" r="8" fill="none" stroke="{DARK}" stroke-width="2"/>')
    parts.append(
        f'<text x="16" y="{base + 40}" fill="#555555" font-size="12">solid: found; dashed: no plan leaves less; '
        f"ring: this plan</text>"
    )
    return parts


def _sure(plan: Plan) -> str:
    if plan.status == "optimal":
        return "proven best within the limits"
    return f"feasible; within {100 * plan.gap:.1f} % of the best" + (
        " (thin line: no plan leaves less)" if plan.measured_in == "risk" else ""
    )


def _text(text: str) -> str:
    return escape(" ".join(visible(text).split()))

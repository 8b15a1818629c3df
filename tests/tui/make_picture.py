"""Makes `nntui/guide/training.svg`, the animated picture of the README, from the program itself.

    python -m tests.tui.make_picture

The app trains digits-mlp in a temporary folder; a key or a share of the training later a frame is taken. What frames
have in common is in the file once, and each piece is visible in the frames that have it, by CSS.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nntui

PICTURE = Path(nntui.__file__).parent / "guide" / "training.svg"
SIZE = (100, 28)
SHARES = (0.02, 0.05, 0.1, 0.17, 0.25, 0.35, 0.5, 0.65, 0.8, 1.0)
"""Of the training, at which frames are taken."""

_STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ (.*?) \}")
_RECT = re.compile(r'<rect fill="(?!rgba|none)[^>]*?shape-rendering="crispEdges"/>')
_TEXT = re.compile(r'<text class="terminal-\d+-(r\d+)" (.*?) clip-path="[^"]*">([^\n<]+)</text>')
_HEAD = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_CORNER = re.compile(r'<g transform="translate\((\d+), (\d+)\)" clip-path')


@dataclass(frozen=True)
class Frame:
    """One screen as pieces of SVG, and how many seconds it is shown."""

    width: float
    height: float
    corner: tuple[str, str]
    rects: tuple[str, ...]
    texts: tuple[tuple[str, str, str], ...]
    """Style, attributes and content of each."""
    seconds: float


def frame(svg: str, seconds: float) -> Frame:
    """A screenshot of Textual's taken apart."""
    styles = dict(_STYLE.findall(svg))
    (width, height), corner = _HEAD.findall(svg)[0], _CORNER.findall(svg)[0]
    texts = tuple((styles[style], attributes, content) for style, attributes, content in _TEXT.findall(svg))
    return Frame(float(width), float(height), corner, tuple(_RECT.findall(svg)), texts, seconds)


def merged(frames: Sequence[Frame], label: str) -> str:
    """One SVG that shows the frames one after another, again and again; the last where nothing is animated."""
    styles = {style: f"s{number}" for number, style in enumerate(dict.fromkeys(s for f in frames for s, *_ in f.texts))}
    rects = [dict.fromkeys(item.rects) for item in frames]
    texts = [
        dict.fromkeys(f'<text class="{styles[s]}" {attributes}>{content}</text>' for s, attributes, content in f.texts)
        for f in frames
    ]
    times: dict[tuple[bool, ...], str] = {}
    body = [_layer(layer, times) for layer in (rects, texts)]
    first = frames[0]
    width, height = round(first.width), round(first.height)
    rules = [f".{name}{{{style}}}" for style, name in styles.items()]
    rules += [_rule(shown, name, frames) for shown, name in times.items()]
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
<style>
text{{font:20px "Fira Code","DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}}
{chr(10).join(rules)}
@media (prefers-reduced-motion:reduce){{g{{animation:none!important}}}}
</style>
<rect fill="#121212" stroke="#555" x="1" y="1" width="{width - 2}" height="{height - 2}" rx="8"/>
<circle cx="26" cy="22" r="7" fill="#ff5f57"/><circle cx="48" cy="22" r="7" fill="#febc2e"/>
<circle cx="70" cy="22" r="7" fill="#28c840"/>
<g transform="translate({first.corner[0]},{first.corner[1]})">
{chr(10).join(body)}
</g>
</svg>
"""


def _layer(pieces: Sequence[dict[str, Any]], times: dict[tuple[bool, ...], str]) -> str:
    """The pieces of all frames, those that are seen in the same frames in one group."""
    groups: dict[tuple[bool, ...], list[str]] = {}
    for piece in dict.fromkeys(piece for frame_pieces in pieces for piece in frame_pieces):
        groups.setdefault(tuple(piece in frame_pieces for frame_pieces in pieces), []).append(piece)
    parts = []
    for shown, members in groups.items():
        name = "" if all(shown) else times.setdefault(shown, f"t{len(times)}")
        parts.append(f'<g class="{name}">{"".join(members)}</g>' if name else f"<g>{''.join(members)}</g>")
    return "\n".join(parts)


def _rule(shown: Sequence[bool], name: str, frames: Sequence[Frame]) -> str:
    """When a group is visible, as keyframes; by default as in the last frame."""
    total = sum(item.seconds for item in frames)
    spent, steps = 0.0, []
    for index, (visible, item) in enumerate(zip(shown, frames, strict=True)):
        if index == 0 or visible is not shown[index - 1]:
            steps.append(f"{100 * spent / total:.4g}%{{visibility:{'visible' if visible else 'hidden'}}}")
        spent += item.seconds
    default = "visible" if shown[-1] else "hidden"
    return (
        f".{name}{{visibility:{default};animation:{name} {total:g}s step-end infinite}}"
        f"@keyframes {name}{{{''.join(steps)}}}"
    )


async def film() -> list[Frame]:
    """A training, from Build to its end."""
    # The app looks at these where it is imported: a terminal with all colours, whatever this one is.
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    os.environ.pop("NO_COLOR", None)
    from nntui.runs.status import Status
    from nntui.tui.app import NntuiApp
    from tests.tui.train.staging import drawn, until

    with tempfile.TemporaryDirectory() as folder:
        app = NntuiApp(runs_root=Path(folder) / "runs", base=Path(folder))
        async with app.run_test(size=SIZE) as pilot:
            frames: list[Frame] = []

            async def take(seconds: float) -> None:
                await drawn(pilot)
                frames.append(frame(app.export_screenshot(title=" "), seconds))

            async def press(*keys: str) -> None:
                await pilot.press(*keys)
                await pilot.pause(0.2)

            await pilot.pause(0.5)
            await app.query_one("#build").fill_now()  # type: ignore[attr-defined]
            await take(1.6)
            for _ in range(2):
                await press("j")
            await press("enter")
            await take(1.2)
            await press("escape", "r")
            await until(pilot, lambda: app.place.id == "train")
            place: Any = app.place
            for share in SHARES:
                await until(pilot, lambda share=share: _done(place) >= share or _is_over(place, Status))
                await take(0.7)
            await until(pilot, lambda: _is_over(place, Status) and place.snapshot.complete)
            await take(2.4)
            await press("l")
            await take(1.4)
            await press("c", *["left"] * 12)
            await take(2.0)
            await press("escape", "L", "w")
            await take(1.6)
            await press("w")
            await take(2.4)
    return frames


def _done(place: Any) -> float:
    """The share of the training that is on the screen."""
    snapshot = place.snapshot
    if snapshot is None or snapshot.started is None:
        return 0.0
    return snapshot.step / (snapshot.started.epochs * snapshot.started.steps_per_epoch)


def _is_over(place: Any, status: Any) -> bool:
    return place.snapshot is not None and place.snapshot.status is status.FINISHED


def main() -> None:
    """Writes the picture."""
    frames = asyncio.run(film())
    label = "nntui builds a network, trains it, and shows its curves, weights and epochs"
    PICTURE.write_text(merged(frames, label), encoding="utf-8")
    print(f"{PICTURE}: {len(frames)} frames, {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

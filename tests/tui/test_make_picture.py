"""The animated picture: that frames are merged as they should be, and that the one that is shipped can be shown."""

import re
from xml.etree import ElementTree

from tests.tui.make_picture import PICTURE, Frame, merged

LARGEST = 1_000_000
"""Bytes."""


def a_frame(*words: str, rects: tuple[str, ...] = (), seconds: float = 1.0) -> Frame:
    texts = tuple(("fill: red", f'x="0" y="{number}"', word) for number, word in enumerate(words))
    return Frame(100.0, 50.0, ("9", "41"), rects, texts, seconds)


def shown_at(svg: str, word: str) -> str:
    """The keyframes of the group a word is in; '' where it is always visible."""
    line = next(line for line in svg.splitlines() if f">{word}<" in line)
    name = re.match(r'<g class="(t\d+)">', line)
    return re.search(rf"@keyframes {name[1]}\{{(.*)\}}", svg)[1] if name else ""


def test_what_frames_share_is_there_once_and_the_rest_when_it_is_seen():
    svg = merged([a_frame("same", "first"), a_frame("same", "second", seconds=3.0)], "a label")
    assert svg.count(">same<") == 1
    assert shown_at(svg, "same") == ""
    assert shown_at(svg, "first") == "0%{visibility:visible}25%{visibility:hidden}"
    assert shown_at(svg, "second") == "0%{visibility:hidden}25%{visibility:visible}"
    assert "4s step-end infinite" in svg


def test_without_animation_the_last_frame_is_seen():
    svg = merged([a_frame("first"), a_frame("last")], "a label")
    states = dict(re.findall(r"\.(t\d+)\{visibility:(\w+)", svg))
    names = {word: re.search(rf'class="(t\d+)"><text[^>]*>{word}<', svg)[1] for word in ("first", "last")}
    assert (states[names["first"]], states[names["last"]]) == ("hidden", "visible")


def test_the_picture_that_is_shipped_is_whole_small_and_needs_nothing_from_elsewhere():
    text = PICTURE.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    assert root.get("aria-label")
    assert len(text.encode()) < LARGEST
    assert "url(" not in text
    assert "href" not in text
    assert "/tmp/" not in text
    moments = {
        moment for frames in re.findall(r"@keyframes t\d+\{(.*)\}", text) for moment in re.findall(r"[\d.]+%", frames)
    }
    assert len(moments) >= 12

"""The HTML report: complete, self-contained, and safe with hostile text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import report_samples as samples
from factories import make_snapshot

from reproof.report.html import OPEN, bar, render_html, tail
from reproof.report.story import Story

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Collects tags and attributes, and checks that every element is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.references: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "action", "style")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    assert parser.open == []
    return parser


STORIES: list[Callable[[], Story]] = [samples.reproduced, samples.different, samples.failed]


@pytest.mark.parametrize("story", STORIES)
def test_the_page_is_well_formed_and_asks_for_nothing(story: Callable[[], Story]) -> None:
    found = outline(render_html(story()))
    assert not found.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert all(reference.startswith(("#", "width:")) for reference in found.references)
    assert "url(" not in render_html(story())


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (samples.reproduced, ["REPRODUCED", "bit for bit", "1,412 of 1,412", "Repeat it by hand", "volatile text"]),
        (samples.different, ["DIFFERENT", "train.py:12 draws from", "dist:numpy", "Haswell", "accuracy"]),
        (samples.failed, ["COULD NOT BUILD", "the wheel <numpy> does not install", "ERROR: no such file"]),
    ],
)
def test_the_page_tells_the_answer_and_its_reasons(story: Callable[[], Story], expected: list[str]) -> None:
    text = outline(render_html(story())).text
    assert [word for word in expected if word not in text] == []


def test_the_page_names_every_document_of_the_chain() -> None:
    story = samples.reproduced()
    page = render_html(story)
    assert [name for name, identity, _ in story.chain() if identity not in page] == []
    assert len(list(story.chain())) == 8


def test_text_of_the_run_cannot_become_markup() -> None:
    whole = samples.reproduced()
    hostile = "<script>alert(1)</script>\"'&"
    story = Story(verdict=whole.verdict, snapshot=whole.snapshot, stdout=hostile, dockerfile=hostile, plan=whole.plan)
    found = outline(render_html(story))
    assert "script" not in found.tags
    assert hostile in found.text


def test_of_long_output_the_end_is_shown() -> None:
    text = "".join(f"line {n}\n" for n in range(100))
    shown = tail(text).split("\n")
    assert (shown[0], shown[-1], len(shown)) == ("… 60 lines before", "line 99", 41)


def test_of_a_progress_bar_the_last_state_is_shown() -> None:
    assert tail("0%\r50%\r100%\ndone\n") == "100%\ndone"


def test_one_file_in_a_million_is_seen_in_the_bar() -> None:
    closure = samples.different().verdict.closure
    assert closure is not None
    assert bar(closure.model_copy(update={"total": 1_000_000, "identical": 999_999})) == 99
    assert bar(closure.model_copy(update={"identical": closure.total})) == 100


def test_light_and_dark_have_readable_contrast() -> None:
    page = render_html(samples.reproduced())
    for theme in re.findall(r":root \{(.*?)\}", page, re.DOTALL):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme))
        for ink, ground in (
            ("ink", "paper"),
            ("soft", "paper"),
            ("good", "good-soft"),
            ("bad", "bad-soft"),
            ("open", "open-soft"),
        ):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours, as WCAG defines it."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_report_has_the_warnings_parameters_randomness_and_numerics_of_the_record() -> None:
    many = [{"name": f"layer.{n:02}", "value": n, "source": "config.yaml"} for n in range(OPEN)]
    changes = {
        "parameters": [{"name": "<b>lr</b>", "value": 0.1, "source": "argv"}, *many],
        "randomness": [{"name": "numpy", "used": True, "seeded": False}],
        "numerics": {"settings": {"torch.deterministic": "False"}},
    }
    story = samples.different()
    page = render_html(replace(story, snapshot=make_snapshot(**changes)))
    text = " ".join(outline(page).text.split())
    assert "numpy's global generator was used and never seeded" in text
    assert "<b>lr</b>" in text and "<b>lr</b>" not in page
    assert f"Parameters: {OPEN + 1}" in text and "<summary>Parameters" in page
    assert "used, never seeded" in text
    assert "torch.deterministic" in text
    assert [name in page for name in ('<h2 id="warnings">', '<h2 id="record">')] == [True, True]
    quiet = make_snapshot(parameters=[], randomness=[], numerics={"pools": [], "settings": {}})
    assert '<h2 id="warnings">' not in render_html(replace(story, snapshot=quiet))

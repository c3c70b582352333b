"""The tour's texts: their stages, their numbers, their formulas."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from explorer.methods.modules import module_of
from explorer.methods.names import NAMES
from explorer.ops.images import load_photo
from explorer.paths import samples
from explorer.session.engine import TorchEngine
from explorer.session.paper_values import PAPERS
from explorer.session.scene import Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.tour import HOLDER, Block, Page, pages
from explorer.session.tour_values import UNKNOWN, Values, value_text
from explorer.trace.base import STAGE_NAMES, NetworkInput
from explorer.trace.stages import DetectionsStage, ImageStage, RpnStage
from explorer.ui.formulas import formula_image
from tests.traces import synthetic_photo, synthetic_trace

WORDS = 400  # of a paper: about two minutes
LEAST = 10  # below it a number may be a shape ("3 × 3") as well as a setting


@pytest.fixture(scope="module")
def values() -> dict[str, Values]:
    return {method: Values(method, None) for method in NAMES}


def of(method: str) -> list[Page]:
    return [page for page in pages() if page.method == method]


def test_every_stage_of_every_paper_has_its_page() -> None:
    found = [(page.method, page.stage) for page in pages()]
    assert len(found) == len(set(found)) == len(NAMES) * len(STAGE_NAMES)
    assert {method for method, _ in found} == set(NAMES)


@pytest.mark.parametrize("method", NAMES)
def test_pages_stand_in_the_order_in_which_stages_run(method: str) -> None:
    trace = synthetic_trace(method)
    assert [page.stage for page in of(method)] == [stage.name for stage in trace.stages]


@pytest.mark.parametrize("method", NAMES)
def test_a_paper_takes_about_two_minutes(method: str) -> None:
    words = [
        word for page in of(method) for block in page.blocks if not block.formula
        for word in block.text.split()
    ]
    assert 200 < len(words) <= WORDS


@pytest.mark.parametrize("method", NAMES)
def test_every_paper_says_what_it_changes_and_what_is_left(method: str) -> None:
    text = " ".join(block.text for page in of(method) for block in page.blocks)
    first, last = NAMES[0], NAMES[-1]
    assert method == first or "**What changes:**" in text
    assert method == last or re.search(r"\*\*(What is left|The next paper)", text)


def test_every_name_stands_for_something(values: dict[str, Values]) -> None:
    for page in pages():
        for block in page.filled(values[page.method]):
            assert block.text and "[[" not in block.text


def numbers(value: Any) -> Iterator[str]:
    """Every number of a setting, as it would be typed."""
    if isinstance(value, tuple | list):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value_text(value)
        yield f"{value:g}"


@pytest.mark.parametrize("method", NAMES)
def test_no_setting_is_typed_a_second_time(method: str) -> None:
    settings = module_of(method).Settings()
    known = set(numbers(list(dataclasses.asdict(settings).values())))
    for each in dataclasses.fields(settings):
        known |= set(numbers(list(each.metadata.values())))
    known = {text for text in known if float(text.replace(",", "")) >= LEAST}
    assert known
    for page in of(method):
        for block in page.blocks:
            typed = set(re.findall(r"\d[\d,.]*\d|\d", HOLDER.sub("", block.text)))
            assert not typed & known, (page.stage, typed & known)


def test_settings_papers_and_counts_are_filled_in() -> None:
    rcnn = Values("rcnn", None)
    assert (rcnn("crop"), rcnn("paper.crop"), rcnn("paper.proposals")) == ("96", "227", "2,000")
    assert Values("faster_rcnn", None)("paper.proposals") == "300"
    assert Values("fpn", None)("anchor_sizes") == "12, 24, 48, 96, 192"
    assert rcnn("here.regions") == UNKNOWN
    trace = synthetic_trace("fpn")
    regions = trace.stage("regions")
    assert isinstance(regions, RpnStage)
    own = Values("fpn", trace)
    assert own("here.anchors") == f"{len(regions.anchors):,}"
    changed = dataclasses.replace(trace, settings={**trace.settings, "nms_threshold": 0.65})
    assert Values("fpn", changed)("nms_threshold") == "0.65"
    with pytest.raises(KeyError):
        rcnn("no_such_setting")


@pytest.mark.parametrize("method", ["sppnet", "fast_rcnn", "faster_rcnn", "fpn"])
def test_a_photo_whose_long_side_is_limited_is_told_as_it_was_run(method: str) -> None:
    photo = synthetic_photo(300, 451)
    trace = synthetic_trace(method, photo=photo)
    image = trace.stage("image")
    assert isinstance(image, ImageStage)
    limited = dataclasses.replace(image, inputs=(NetworkInput(384, 255, 384 / 451, 255 / 300),))
    trace = dataclasses.replace(trace, stages=(limited, *trace.stages[1:]))
    told = {
        page.stage: " ".join(block.text for block in page.filled(Values(method, trace)))
        for page in of(method)
    }
    assert "becomes 255." in told["image"]
    if method != "fpn":
        return
    panel = picture(trace, "assignment", ViewState()).panel
    assert panel is not None
    said = " ".join(
        label.text for layer in panel.layers if isinstance(layer, Labels) for label in layer.items
    )
    assert "our short side 255" in said and "Ours is 255 here" in told["assignment"]


@pytest.mark.parametrize("method", NAMES)
def test_pages_show_views_that_there_are(method: str) -> None:
    trace = synthetic_trace(method)
    for page in of(method):
        shown = picture(trace, page.stage, page.desk().view)
        offered = {control.key: control for control in shown.controls}
        for key, value in page.controls:
            control = offered[key]
            assert str(control.value) == value
            assert control.choices == () or value in control.choices
        assert page.photo in ("", *(path.stem for path in samples()))


@pytest.mark.parametrize("method, stage, said", [
    ("rcnn", "regions", " · merge "),  # the text's similarity, of one merge
    ("faster_rcnn", "regions", "9 of "),  # the anchors of a place, with the window
    ("fpn", "features", "M4 · "),  # a lateral and the enlarged map above, added
])
def test_the_canvas_shows_what_the_text_tells(method: str, stage: str, said: str) -> None:
    page = next(page for page in of(method) if page.stage == stage)
    assert said in picture(synthetic_trace(method), page.stage, page.desk().view).summary


def test_published_times_are_those_of_the_time_page() -> None:
    fast = Values("fast_rcnn", None)
    assert (fast("published.search"), fast("published.rest")) == ("1.5 s", "320 ms")
    with pytest.raises(KeyError):
        fast("published.nothing")


def told(method: str, stage: str) -> str:
    return " ".join(
        block.text for page in of(method) if page.stage == stage
        for block in page.filled(Values(method, None))
    )


EXPLAINED: list[tuple[str, str, tuple[str, ...]]] = [
    # Where convolutions are from that a paper does not train.
    ("sppnet", "detections", ("fully connected layers", "paper's convolutions", "our Fast R-CNN")),
    # SPPNet's pyramid is a maximum as well: Girshick, 2015, section 2.3.
    ("fast_rcnn", "pooling", ("would let them through as well", "many photos", "64 RoIs")),
    ("fast_rcnn", "regions", ("In published times", "1.5 s", "320 ms")),
    ("fast_rcnn", "detections", ("detection time falls by over 30%", "0.3 points of mAP")),
    ("fast_rcnn", "refinement", (r"0.5\,x^2", "*u* is", "*v* the deltas", "λ = 1")),
    ("faster_rcnn", "detections", (
        "RPN's loss", "N~cls~ is", "N~reg~ that", "p* is", "λ = 10", "four steps",
        "trained jointly",
    )),
    ("faster_rcnn", "nms", ("0.7", "0.3", "without knowing classes")),
    ("fpn", "features", ("P6, for the RPN alone, is every second cell of P5",)),
    ("fpn", "regions", ("best 1,000 of each level",)),
    ("fpn", "assignment", ("84 takes its place, as much smaller as our anchors are",)),
    ("fpn", "nms", ("The paper gives none",)),
]


@pytest.mark.parametrize("method, stage, words", EXPLAINED)
def test_what_a_page_speaks_of_is_explained(
    method: str, stage: str, words: tuple[str, ...]
) -> None:
    said = told(method, stage)
    for word in words:
        assert word in said, said


def test_small_objects_are_lost_first_where_the_tour_says_so() -> None:
    """With the bundled weights: those of FPN's boxes that the laterals or the level make."""
    page = next(page for page in of("fpn") if page.photo)
    assert page.stage == "detections"
    photo = load_photo(next(path for path in samples() if path.stem == page.photo))
    engine = TorchEngine("cpu")

    def sides(changed: dict[str, object]) -> list[float]:
        loaded = engine.vary("fpn", changed, keep_maps=False)
        found = [*engine.stages(photo, "fpn", loaded, None)][-1]
        assert isinstance(found, DetectionsStage)
        x1, y1, x2, y2 = found.boxes.T
        return sorted(np.sqrt((x2 - x1) * (y2 - y1)).tolist())

    whole = sides({})
    small = whole[: len(whole) // 2]
    for changed in ({"laterals": False}, {"only_level": 5}):
        left = sides(changed)
        assert left and min(left) > max(small), changed


@pytest.mark.parametrize("method", NAMES)
def test_the_papers_values_are_the_same_wherever_they_are_given(method: str) -> None:
    for field in dataclasses.fields(module_of(method).Settings):
        if field.name in PAPERS and "paper" in field.metadata:
            assert PAPERS[field.name][method] == field.metadata["paper"]


def test_selective_searchs_similarity_says_which_terms_count() -> None:
    page = next(page for page in of("rcnn") if page.stage == "regions")
    formula = "".join(block.text for block in page.blocks if block.formula)
    terms = ("colour", "texture", "size", "fill")
    for at, name in enumerate(terms, 1):
        assert rf"a_{at} s_\mathrm{{{name}}}" in formula
    assert r"a_i \in \{0, 1\}" in formula


def test_a_stage_that_there_is_not_is_named(tmp_path: Path) -> None:
    for method in NAMES:
        (tmp_path / f"{method}.md").write_text("# X\n\n## image\ntext\n\n## dreams\nno\n")
    with pytest.raises(ValueError, match=r"rcnn\.md: there is no stage 'dreams'"):
        pages(tmp_path)


def test_a_heading_says_what_the_canvas_shows(tmp_path: Path) -> None:
    heads = "# X\n\n## regions: show = all anchors, level = P3, photo = cat\ntext\n"
    for method in NAMES:
        (tmp_path / f"{method}.md").write_text(heads)
    page = pages(tmp_path)[0]
    assert (page.stage, page.photo) == ("regions", "cat")
    assert page.controls == (("show", "all anchors"), ("level", "P3"))
    assert page.desk().view.control("regions", "level", "") == "P3"
    (tmp_path / "rcnn.md").write_text("# X\n\n## regions: merges\ntext\n")
    with pytest.raises(ValueError, match=r"rcnn\.md: 'merges' is no control"):
        pages(tmp_path)


def test_paragraphs_and_formulas_are_told_apart(tmp_path: Path) -> None:
    text = "# X\n\n## image\none\ntwo\n\n$a = [[b]]$\n\ncosts $5\n"
    for method in NAMES:
        (tmp_path / f"{method}.md").write_text(text)
    page = pages(tmp_path)[0]
    assert page.blocks == (Block("one two"), Block("$a = [[b]]$", True), Block("costs $5"))
    assert page.filled(lambda name: f"<{name}>")[1] == Block("$a = <b>$", True)


def test_no_tex_is_left_in_a_paragraph() -> None:
    for page in pages():
        for block in page.blocks:
            text = HOLDER.sub("", block.text)
            assert block.formula or not re.search(r"[$\\_^]", text), text


def test_formulas_are_typeset(qtbot: QtBot, values: dict[str, Values]) -> None:
    formulas = [
        block.text for page in pages() for block in page.filled(values[page.method])
        if block.formula
    ]
    assert len(formulas) >= 10
    for text in formulas:
        image = formula_image(text, 15.0, "#e7eaf0", 1.0)
        assert 20 < image.width() < 330 and 8 < image.height() < 80, text
    coarse, fine = (formula_image("$x^2$", 15.0, "#ff0000", ratio) for ratio in (1.0, 2.0))
    assert fine.width() == pytest.approx(2 * coarse.width(), abs=3)
    inks = {coarse.pixelColor(x, y).alpha() for x in range(coarse.width())
            for y in range(coarse.height())}
    assert 0 in inks and max(inks) > 200
    assert coarse.pixelColor(0, 0).rgb() == QColor(255, 0, 0, 0).rgb() or min(inks) == 0
    with pytest.raises(ValueError):
        formula_image(r"$\nosuchthing$", 15.0, "#ffffff", 1.0)

"""The command palette knows the words of the papers, and those of other programs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.session.fate_codes import BELOW, KEPT, SUPPRESSED
from explorer.trace.store import GIB
from explorer.ui.command_palette import search
from explorer.ui.focus import has_keys
from explorer.ui.palette_entries import entries
from explorer.ui.window import Window
from tests.gui.conftest import SHORT, settle

# What a student or an engineer types, and how the first hit begins.
FIRST = {
    # stages, by the papers' names
    "bounding box regression": "Refinement, all", "bbox regression": "Refinement, all",
    "non-maximum suppression": "NMS, all", "non maximum suppression": "NMS, all",
    "nms": "NMS, all", "region proposal network": "Regions of Faster R-CNN",
    "region proposals": "Regions, all", "objectness": "Regions, all",
    "selective search": "Regions of R-CNN", "superpixels": "Regions of R-CNN",
    "feature map": "Features, all", "feature maps": "Features, all", "backbone": "Features, all",
    "activations": "Features, all", "feature pyramid network": "Features of FPN",
    "classification": "Scores, all", "predictions": "Detections, all", "results": "Detections, all",
    "bilinear": "Pooling of FPN", "bilinear interpolation": "Pooling of FPN",
    "roi pooling": "Pooling of Fast R-CNN", "spatial pyramid pooling": "Pooling of SPPNet",
    "dilation": "Assignment of R-CNN", "warp": "Assignment of R-CNN",
    "quantization": "Assignment of Fast R-CNN", "pyramid level": "Assignment of FPN",
    "hinge": "Scores of R-CNN", "hinge loss": "Scores of R-CNN", "svm": "Scores of R-CNN",
    "softmax": "Scores of F", "smooth l1": "Refinement of Fast R-CNN",
    # views and parts
    "anchors": "All anchors of FPN", "sliding window": "Sliding window of Faster R-CNN",
    "merge": "Merges of segments", "top-down": "Top-down pathway of FPN",
    "lateral connections": "FPN · Lateral connections", "context padding": "R-CNN · Context p",
    "truncated svd": "Fast R-CNN · fc6: SVD", "multi-scale": "SPPNet · Scales",
    "only p4": "FPN · Level of a region: P4", "soft nms": "NMS (probability): soft",
    "no nms": "NMS (margin): none",
    "iou threshold": "Suppressed above IoU", "confidence": "Is a detection above",
    "number of proposals": "Regions: now", "max detections": "Detections at most",
    # the list of boxes
    "filter boxes": "List of the stage's boxes", "below threshold": "List of boxes: below",
    "kept": "List of boxes: kept", "search boxes": "List of the stage's boxes",
    # the program
    "faster rcnn": "Show only Faster R-CNN", "fpn": "Show only FPN", "tour fpn": "Tour of FPN",
    "memory": "Keep results in memory", "quit": "Quit", "exit": "Quit",
    "window": "Sliding window of Faster R-CNN",
    "colour blind": "Dark or light theme", "dark mode": "Dark or light theme",
    "font size": "Larger texts", "shortcuts": "List of keys", "tutorial": "Learn",
    "reset to paper": "Reset all switches to the papers", "compare": "All methods side by side",
    "how long": "Time", "flops": "Time", "ground truth": "Draw ground truth",
    "checkpoint": "Weights of FPN", "open file": "Open photos", "new photo": "Open photos",
    "next image": "Next photo", "paste": "Open what was copied", "save": "Save the session",
    "save image": "Export pictures", "json": "Export pictures", "animation": "Export pictures",
    "screenshot": "Copy this view as a picture", "share settings": "Copy the settings",
    "lineage": "Journey of the selected box", "full screen": "Full screen", "undo": "Undo",
}  # fmt: skip


def test_words_of_the_papers_find_what_they_mean(qtbot: QtBot, opened: Window) -> None:
    offered = entries(opened)
    found = {query: [hit.entry.title for hit in search(offered, query)] for query in FIRST}
    wrong = {query: titles[:3] for query, titles in found.items()
             if not titles or not titles[0].startswith(FIRST[query])}
    assert not wrong


def test_letters_here_and_there_are_no_hit_beside_a_word(opened: Window) -> None:
    titles = [hit.entry.title for hit in search(entries(opened), "hinge")]
    assert titles == ["Scores of R-CNN", "Scores of SPPNet"]


def chosen(window: Window, title: str) -> None:
    next(each for each in entries(window) if each.title.startswith(title)).run()


def test_a_filter_of_the_list_is_set_from_anywhere(qtbot: QtBot, opened: Window) -> None:
    opened.activateWindow()
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    page = opened.side.boxes
    for name, code in (("kept", KEPT), ("suppressed", SUPPRESSED), ("below threshold", BELOW)):
        page.search.setText("nothing of the kind")
        chosen(opened, f"List of boxes: {name}")
        settle(qtbot, opened)
        assert page.isVisible() and page.search.text() == ""
        assert [each for each, chip in page.chips.items() if chip.isChecked()] == [code]
        qtbot.waitUntil(lambda: has_keys(page.table), timeout=SHORT)


def test_the_bound_of_memory_is_chosen(opened: Window) -> None:
    chosen(opened, "Keep results in memory: at most 4 GiB (now 2 GiB)")
    assert opened.keeping.store.most == 4 * GIB
    assert not [each for each in entries(opened) if each.title.endswith("at most 4 GiB")]


def test_the_window_is_closed(qtbot: QtBot, opened: Window) -> None:
    opened.commands.toggle()
    opened.commands.line.setText("quit")
    qtbot.keyClick(opened.commands.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not opened.isVisible(), timeout=SHORT)

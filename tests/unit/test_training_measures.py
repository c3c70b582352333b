"""COCO's average precision and the regions' recall, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.training.coco_ap import available, coco_ap
from explorer.training.data import Photo
from explorer.training.recall import coverage, recall_summary
from explorer.training.voc_ap import Detection

CLASSES = ("cat", "dog")
Box = tuple[float, float, float, float]
A: Box = (0.0, 0.0, 100.0, 100.0)
B: Box = (150.0, 0.0, 250.0, 100.0)
FAR: Box = (10.0, 200.0, 110.0, 300.0)


def photo(*rows: tuple[Box, int], difficult: tuple[int, ...] = (), name: str = "p") -> Photo:
    flags = np.zeros(len(rows), bool)
    flags[list(difficult)] = True
    return Photo(
        "2007", name, Path(name), 400, 400,
        np.array([box for box, _ in rows], np.float32).reshape(-1, 4),
        np.array([label for _, label in rows], np.int64), flags,
    )  # fmt: skip


def found(score: float, box: Box, label: int = 0, image: str = "p") -> Detection:
    return Detection(image, label, score, box)


def test_coco_ap_is_one_where_all_is_right() -> None:
    measured = coco_ap([photo((A, 0), (B, 1))], [found(0.9, A), found(0.8, B, 1)], CLASSES)
    assert measured["ap"] == pytest.approx(1)
    assert measured["ap_large"] == pytest.approx(1)
    assert measured["ap_small"] is None
    assert measured["per_class"] == {
        "cat": {"ap": pytest.approx(1), "ap50": pytest.approx(1)},
        "dog": {"ap": pytest.approx(1), "ap50": pytest.approx(1)},
    }


def test_coco_ap_falls_with_the_iou_that_is_asked_for() -> None:
    # IoU 0.72: right at 0.50, 0.55, 0.60, 0.65, 0.70; wrong at the five above.
    measured = coco_ap([photo((A, 0))], [found(0.9, (0.0, 0.0, 100.0, 72.0))], CLASSES)
    assert measured["ap"] == pytest.approx(0.5)
    assert measured["ap50"] == pytest.approx(1)
    assert measured["ap75"] == pytest.approx(0)


def test_coco_ap_counts_what_is_wrong_and_what_is_missed() -> None:
    # Wrong, then right, one of two boxes found: precision 1/2 on recall 0..0.5, 51 of 101 points.
    measured = coco_ap([photo((A, 0), (B, 0))], [found(0.9, FAR), found(0.8, A)], CLASSES)
    assert measured["ap50"] == pytest.approx(0.5 * 51 / 101)


def test_coco_ap_leaves_difficult_boxes_out() -> None:
    held = photo((A, 0), (B, 0), difficult=(1,))
    assert coco_ap([held], [found(0.9, B), found(0.8, A)], CLASSES)["ap"] == pytest.approx(1)


def test_coco_ap_of_nothing_is_nothing() -> None:
    measured = coco_ap([photo((A, 0))], [], CLASSES)
    assert measured["ap"] == 0
    assert measured["per_class"] == {"cat": {"ap": 0.0, "ap50": 0.0}}


def test_a_missing_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools.cocoeval", None)
    with pytest.raises(ValueError, match=r"needs pycocotools, .*\[training\]"):
        available()


def test_coverage_grows_with_the_regions() -> None:
    regions = np.array([FAR, (0, 0, 100, 50), A, B], np.float32)
    best = coverage(regions, photo((A, 0), (B, 1), (FAR, 1), difficult=(2,)), (1, 2, 3, 4))
    np.testing.assert_allclose(best, [[0, 0.5, 1, 1], [0, 0, 0, 1]])


def test_recall_against_number_and_iou() -> None:
    first, second = photo((A, 0), (B, 1)), photo((A, 1), name="q")
    best = [
        coverage(np.array([A, (150, 0, 250, 60)], np.float32), first, (1, 2)),
        coverage(np.array([FAR], np.float32), second, (1, 2)),
    ]
    measured = recall_summary([first, second], best, CLASSES, (1, 2), (0.5, 0.6, 0.7))
    assert measured["boxes"] == 3
    third = pytest.approx(1 / 3, abs=1e-4)
    assert measured["recall"] == [[third] * 3, [pytest.approx(2 / 3, abs=1e-4)] * 2 + [third]]
    assert measured["average_recall"] == [third, pytest.approx(5 / 9, abs=1e-4)]
    assert measured["per_class"] == {
        "cat": {"recall50": 1.0, "average_recall": 1.0},
        "dog": {"recall50": 0.5, "average_recall": pytest.approx(1 / 3)},
    }


def test_recall_without_a_single_box() -> None:
    empty = photo()
    best = [coverage(np.zeros((0, 4), np.float32), empty, (10,))]
    assert recall_summary([empty], best, CLASSES, (10,), (0.5,))["recall"] == [[0.0]]

"""VOC's average precision, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.training.voc_ap import (
    Detection,
    Truth,
    area_ap,
    eleven_point_ap,
    precision_recall,
)

A = (0.0, 0.0, 10.0, 10.0)
B = (20.0, 0.0, 30.0, 10.0)
FAR = (60.0, 60.0, 70.0, 70.0)


def truth(*boxes: tuple[float, ...], difficult: tuple[int, ...] = ()) -> Truth:
    flags = np.zeros(len(boxes), bool)
    flags[list(difficult)] = True
    return Truth(np.array(boxes, np.float32).reshape(-1, 4), flags)


def found(score: float, box: tuple[float, float, float, float], image: str = "p") -> Detection:
    return Detection(image, 0, score, box)


def test_right_wrong_right() -> None:
    detections = [found(0.9, A), found(0.8, FAR), found(0.7, B)]
    precision, recall = precision_recall(detections, {"p": truth(A, B)})
    assert precision.tolist() == pytest.approx([1, 1 / 2, 2 / 3])
    assert recall.tolist() == pytest.approx([0.5, 0.5, 1.0])
    # Monotone: 1 up to recall 0.5, 2/3 up to 1.
    assert area_ap(precision, recall) == pytest.approx(0.5 + 0.5 * 2 / 3)
    # Recall 0 to 0.5 is 6 of the 11 points, 0.6 to 1 are 5.
    assert eleven_point_ap(precision, recall) == pytest.approx((6 + 5 * 2 / 3) / 11)


def test_a_second_match_is_wrong() -> None:
    precision, recall = precision_recall([found(0.9, A), found(0.8, A)], {"p": truth(A)})
    assert precision.tolist() == [1, 0.5]
    assert recall.tolist() == [1, 1]


def test_iou_of_just_a_half_counts_and_less_does_not() -> None:
    half, less = (0.0, 0.0, 10.0, 5.0), (0.0, 0.0, 10.0, 4.9)
    assert precision_recall([found(1, half)], {"p": truth(A)})[0].tolist() == [1]
    assert precision_recall([found(1, less)], {"p": truth(A)})[0].tolist() == [0]


def test_difficult_boxes_count_neither_way() -> None:
    held = {"p": truth(A, B, difficult=(1,))}
    detections = [found(0.9, B), found(0.8, B), found(0.7, A)]
    precision, recall = precision_recall(detections, held)
    assert precision.tolist() == [1]
    assert recall.tolist() == [1]


def test_a_box_counts_in_its_own_photo_alone() -> None:
    held = {"p": truth(A), "q": truth(B)}
    precision, recall = precision_recall([found(0.9, A, "q"), found(0.8, B, "q")], held)
    assert precision.tolist() == [0, 0.5]
    assert recall.tolist() == [0, 0.5]


def test_nothing_found() -> None:
    curve = precision_recall([], {"p": truth(A)})
    assert area_ap(*curve) == 0
    assert eleven_point_ap(*curve) == 0

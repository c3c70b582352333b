"""Ground truth from files that may be damaged, and VOC's rule of what counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.session.truth import (
    GroundTruth,
    TruthError,
    find_truth,
    judge,
    read_coco,
    read_voc,
    recall,
)

VOC = """<annotation><size><width>100</width><height>50</height></size>
<object><name>cat</name><difficult>0</difficult>
<bndbox><xmin>11</xmin><ymin>6</ymin><xmax>60</xmax><ymax>45</ymax></bndbox></object>
<object><name>dog</name><difficult>1</difficult>
<bndbox><xmin>71</xmin><ymin>1</ymin><xmax>100</xmax><ymax>50</ymax></bndbox></object>
</annotation>"""


def truth(
    boxes: list[list[float]], names: list[str], difficult: tuple[int, ...] = ()
) -> GroundTruth:
    hard = np.array([i in difficult for i in range(len(boxes))], bool)
    return GroundTruth(np.array(boxes, np.float32).reshape(-1, 4), tuple(names), hard, "x.xml")


def test_a_voc_file_beside_the_photo(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(VOC)
    found = find_truth(tmp_path / "a.jpg", 200, 100)  # the photo is twice the annotation's
    assert found is not None and found.names == ("cat", "dog")
    np.testing.assert_allclose(found.boxes, [[20, 10, 120, 90], [140, 0, 200, 100]])
    assert found.difficult.tolist() == [False, True]
    assert find_truth(tmp_path / "b.jpg", 200, 100) is None


def test_vocs_folders(tmp_path: Path) -> None:
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "JPEGImages").mkdir()
    (tmp_path / "Annotations" / "a.xml").write_text(VOC)
    assert find_truth(tmp_path / "JPEGImages" / "a.jpg", 100, 50) is not None


def test_a_coco_file_that_names_the_photo(tmp_path: Path) -> None:
    held = {
        "images": [{"id": 7, "file_name": "train/a.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 3, "name": "cat"}],
        "annotations": [
            {"image_id": 7, "category_id": 3, "bbox": [10, 5, 50, 40], "iscrowd": 0},
            {"image_id": 8, "category_id": 3, "bbox": [0, 0, 1, 1]},
            {"image_id": 7, "category_id": 3, "bbox": [10, 5, 0, 40]},
        ],
    }
    (tmp_path / "notes.json").write_text("[1, 2]")
    (tmp_path / "set.json").write_text(json.dumps(held))
    found = find_truth(tmp_path / "a.jpg", 100, 50)
    assert found is not None and found.names == ("cat",) and found.source == "set.json"
    np.testing.assert_allclose(found.boxes, [[10, 5, 60, 45]])
    assert read_coco(tmp_path / "set.json", "b.jpg", 1, 1) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<annotation>", "is not XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "entities"),
        (VOC.replace("<xmin>11</xmin>", ""), "four numbers"),
        (VOC.replace("11", "nan"), "four numbers"),
        (VOC.replace("<height>50</height>", "<height>80</height>"), "another shape"),
    ],
)
def test_a_damaged_annotation_is_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(TruthError, match=says) as caught:
        read_voc(path, 100, 50)
    assert str(path) in str(caught.value)


def test_a_damaged_coco_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text('{"images": [')
    with pytest.raises(TruthError, match=r"set\.json is not JSON"):
        read_coco(tmp_path / "set.json", "a.jpg", 1, 1)


def test_vocs_rule_by_hand() -> None:
    boxes = np.array([
        [0, 0, 10, 10],  # the cat
        [0, 0, 10, 9],  # the cat again
        [20, 0, 30, 10],  # a dog, called a cat
        [40, 0, 50, 10],  # the difficult one
        [0, 0, 10, 4],  # too small for the cat
        [80, 80, 90, 90],  # nothing
    ], np.float32)  # fmt: skip
    names = ["cat", "cat", "cat", "cat", "cat", "bird"]
    given = truth(
        [[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 70, 10]],
        ["cat", "dog", "cat", "cat"], (2,),
    )  # fmt: skip
    verdicts = judge(boxes, names, given)
    assert verdicts.kind == ("true", "false", "false", "ignored", "false", "false")
    assert verdicts.match.tolist()[:4] == [0, 0, -1, 2]
    assert verdicts.missed.tolist() == [1, 3]
    assert verdicts.why == (
        "", "a better one has found this cat", "it is a dog (IoU 1.00)", "it is marked difficult",
        "it overlaps the nearest cat by only 0.40", "there is no bird here",
    )  # fmt: skip


def test_nothing_found_and_nothing_there() -> None:
    given = truth([[0, 0, 10, 10]], ["cat"])
    assert judge(np.zeros((0, 4), np.float32), [], given).missed.tolist() == [0]
    empty = judge(np.ones((1, 4), np.float32), ["cat"], truth([], []))
    assert empty.kind == ("false",) and empty.missed.tolist() == []


def test_recall_grows_with_the_regions() -> None:
    given = truth([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], ["a", "b", "c"], (2,))
    regions = np.array([[90, 90, 95, 95], [20, 0, 30, 9], [0, 0, 10, 10]], np.float32)
    assert recall(regions, given, [0, 1, 2, 3, 100]).tolist() == [0, 0, 0.5, 1, 1]
    assert recall(regions, given, [3], 0.95).tolist() == [0.5]
    assert recall(regions, truth([], []), [3]).tolist() == [0]

"""Ground truth from files that may be damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.session.truth import (
    TruthError,
    find_truth,
    look_for,
    read_coco,
    read_truth,
    read_voc,
)

VOC = """<annotation><size><width>100</width><height>50</height></size>
<object><name>cat</name><difficult>0</difficult>
<bndbox><xmin>11</xmin><ymin>6</ymin><xmax>60</xmax><ymax>45</ymax></bndbox></object>
<object><name>dog</name><difficult>1</difficult>
<bndbox><xmin>71</xmin><ymin>1</ymin><xmax>100</xmax><ymax>50</ymax></bndbox></object>
</annotation>"""


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


def test_a_coco_file_is_read_once_for_all_its_photos_and_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "set.json"
    held = {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": [2], "file_name": "b.jpg"}],
            "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}, {"image_id": 1, "bbox": [1]},
                            {"image_id": 3, "bbox": [5, 6, 7, "x"]}]}
    path.write_text(json.dumps(held))
    loads, texts = json.loads, list[int]()

    def counted(text: bytes, **options: object) -> object:
        texts.append(len(text))
        return loads(text, **options)

    monkeypatch.setattr(json, "loads", counted)
    with pytest.raises(TruthError, match="four numbers"):  # its own, not the others'
        read_coco(path, "a.jpg", 10, 10)
    found = read_coco(path, "b.jpg", 10, 10)
    assert found is not None and found.names == () and len(texts) == 1
    assert read_coco(path, "c.jpg", 10, 10) is None and len(texts) == 1
    held["annotations"] = [{"image_id": 1, "bbox": [1, 2, 3, "4"]}]
    path.write_text(json.dumps(held))
    found = read_coco(path, "a.jpg", 10, 10)
    assert found is not None and len(texts) == 2
    np.testing.assert_allclose(found.boxes, [[1, 2, 4, 6]])


def test_a_chosen_file_comes_before_what_lies_beside_the_photo(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(VOC)
    chosen = tmp_path / "chosen.txt"
    held = {"images": [{"id": 1, "file_name": "a.jpg"}],
            "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}]}
    chosen.write_text(json.dumps(held))
    found = look_for(chosen, tmp_path / "a.jpg", 100, 50)
    assert found is not None and found.source == "chosen.txt"
    held["images"] = [{"id": 1, "file_name": "b.jpg"}]
    chosen.write_text(json.dumps(held))
    for file in (chosen, None):
        found = look_for(file, tmp_path / "a.jpg", 100, 50)
        assert found is not None and found.source == "a.xml"


def test_boxes_that_are_not_used_are_counted_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(VOC)
    assert read_voc(path, 100, 50).notice == ""
    path.write_text(VOC.replace("<xmax>60", "<xmax>9"))
    found = read_voc(path, 100, 50)
    assert found.names == ("dog",)
    assert found.notice == "a.xml: 1 of 2 boxes is not used: 1 ends where it begins or before."
    coco = tmp_path / "set.json"
    boxes = [[10, 5, 0, 40], [10, 5, 9, -4], [200, 5, 10, 10], [1, 1, 5, 5]]
    coco.write_text(json.dumps({
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "annotations": [{"image_id": 1, "bbox": box} for box in boxes],
    }))
    given = read_coco(coco, "a.jpg", 100, 50)
    assert given is not None and len(given.boxes) == 1
    assert given.notice == (
        "set.json: 3 of 4 boxes are not used: 2 end where they begin or before, "
        "1 is outside the photo."
    )
    assert given.without(0).notice == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<annotation>", "is not whole: it ends in line 1, before <annotation> is closed"),
        (VOC[:150], "is not whole: it ends in line 3"),
        (VOC.replace("</bndbox>", "", 1), "in line 3 another tag is closed than the one"),
        (VOC.replace("dog", "dog & cat"), "is not XML from line 4 on"),
        (" \n", "is empty"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "entities"),
        (VOC.replace("<xmin>11</xmin>", ""), "four numbers"),
        (VOC.replace("11", "nan"), "four numbers"),
        ("<svg></svg>", "no VOC annotation"),
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


def test_a_file_that_does_not_name_the_photo_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"images": [')
    assert find_truth(tmp_path / "a.jpg", 100, 50) is None
    (tmp_path / "broken.json").write_text('{"images": [{"file_name": "a.jpg"')
    with pytest.raises(TruthError, match=r"broken\.json is not JSON"):
        find_truth(tmp_path / "a.jpg", 100, 50)


def test_a_photo_whose_name_json_writes_with_escapes(tmp_path: Path) -> None:
    held = {"images": [{"id": 1, "file_name": "Käfer.jpg"}], "annotations": [
        {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 3, 4]]},
    ]}
    (tmp_path / "set.json").write_text(json.dumps(held), encoding="ascii")
    found = find_truth(tmp_path / "Käfer.jpg", 100, 50)
    assert found is not None and found.names == ("object",)


def test_a_chosen_file_of_other_photos_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text('{"images": [{"file_name": "a.jpg"}]}')
    with pytest.raises(TruthError, match=r"has no photo called b\.jpg"):
        read_truth(tmp_path / "set.json", "b.jpg", 100, 50)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(TruthError, match=r"deep\.json is not JSON"):
        read_truth(tmp_path / "deep.json", "b.jpg", 100, 50)

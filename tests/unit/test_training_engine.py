"""Several processes share a step's photos and end with one process's weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from explorer.training import loop, train_detector
from explorer.training.engine import average_gradients, share, start
from explorer.training.loop import Budget
from explorer.training.options import Options
from explorer.training.views import Views
from tests.unit.shapes_data import make_shapes

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.unit.test_training_engine import two_steps
two_steps(Path(sys.argv[2]), "two", batch=2)
"""


def two_steps(root: Path, work: str, batch: int) -> None:
    """Two steps of Fast R-CNN on all four photos, in this process's share of them."""
    options = Options(
        root, ("2007:train",), root / work, Budget(steps=2), proposals=root / "proposals",
        batch=batch, rate=0.02, optimiser="sgd", short=96,
    )  # fmt: skip
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "WARM_UP", 1)
        for views in ("EARLY", "LATE"):  # that every photo has its 32 RoIs in
            patch.setattr(train_detector, views, Views(288, 384, (0.9, 1.0)))
        train_detector.train_detector("fast_rcnn", options)


def test_two_processes_are_one_with_the_doubled_batch(tmp_path: Path) -> None:
    root = make_shapes(tmp_path, 4)
    two_steps(root, "one", batch=4)
    script = tmp_path / "run.py"
    script.write_text(RUN)
    torchrun = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    done = subprocess.run(
        [sys.executable, *torchrun, str(script), str(ROOT), str(root)],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    one, two = (
        torch.load(root / work / "train.pt", weights_only=True)["net"] for work in ("one", "two")
    )
    torch.manual_seed(0)
    begun = train_detector.network("fast_rcnn").state_dict()
    for name in ("head.cls.weight", "head.fc6.weight", "backbone.stage5.1.conv2.weight"):
        moved = (one[name] - begun[name]).abs().max()
        apart = (one[name] - two[name]).abs().max()
        assert moved > 1e-5, name
        assert apart < 1e-3 * moved, (name, float(apart), float(moved))
    assert all(torch.allclose(one[name], two[name], atol=1e-5) for name in one)
    assert len((root / "two" / "losses.jsonl").read_text().splitlines()) == 1  # the first's alone


class Fabric:
    """The second of two processes; the other one's gradients are three times as large."""

    world_size, global_rank = 2, 1

    def all_reduce(self, values: torch.Tensor, reduce_op: str) -> torch.Tensor:
        assert reduce_op == "mean"
        return (values + 3 * values) / 2


def test_gradients_become_their_mean_and_none_stays_none() -> None:
    net = nn.Linear(2, 1)
    (net.weight * torch.tensor([1.0, 2.0])).sum().backward()
    average_gradients(Fabric(), list(net.parameters()))
    assert net.weight.grad is not None
    assert net.weight.grad.tolist() == [[2.0, 4.0]]
    assert net.bias.grad is None


def test_processes_share_the_rows_in_order() -> None:
    rows, first = share(Fabric(), np.array([5, 3, 9, 1]))
    assert (rows.tolist(), first) == ([9, 1], 2)


def test_a_missing_engine_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    with pytest.raises(ValueError, match="Training needs lightning_fabric"):
        start(torch.device("cpu"))

"""What the benchmarks share: thousands of boxes, all anchors of a pyramid, a clock, a window."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QApplication

from explorer.session.nms_replay import greedy
from explorer.trace.stages import AnchorLevel, RpnStage

HEIGHT, WIDTH, K = 800, 1344, 3  # of the pyramid's photo; anchors of a cell
ANCHORS = 268_569


def some_boxes(n: int, width: float = 640, height: float = 480, seed: int = 0) -> np.ndarray:
    """Boxes (n, 4) as proposals are: their sides spread around 55 photo pixels."""
    chance = np.random.default_rng(seed)
    middle = chance.uniform(0, (width, height), (n, 2))
    sides = np.exp(chance.normal(4, 0.7, (n, 2)))
    boxes = np.concatenate([middle - sides / 2, middle + sides / 2], axis=1)
    return np.clip(boxes, 0, (width, height) * 2).astype(np.float32)


def pyramid() -> RpnStage:
    """FPN's regions with all their anchors, 1,000 candidates a level."""
    chance = np.random.default_rng(0)
    levels, anchors, start = [], [], 0
    for number, stride in enumerate((4, 8, 16, 32, 64)):
        height, width = -(-HEIGHT // stride), -(-WIDTH // stride)
        levels.append(
            AnchorLevel(f"P{number + 2}", stride, stride, height, width, start,
                        (8.0 * stride,) * K, (0.5, 1.0, 2.0))
        )
        y, x = np.mgrid[0:height, 0:width]
        middle = np.stack([x, y], -1).reshape(-1, 1, 2) * stride
        ratio = np.array([0.5, 1.0, 2.0])
        half = 4 * stride * np.stack([1 / np.sqrt(ratio), np.sqrt(ratio)], -1)
        corners = np.concatenate([middle - half, middle + half], -1).reshape(-1, 4)
        anchors.append(corners)
        start += len(corners)
    boxes = np.concatenate(anchors).astype(np.float32)
    level = np.repeat(np.arange(5), [len(each) for each in anchors])
    logits = chance.normal(-3, 2, len(boxes)).astype(np.float32)
    top = np.concatenate([
        np.flatnonzero(level == at)[np.argsort(-logits[level == at])[:1000]] for at in range(5)
    ])
    record = greedy(boxes[top], logits[top], 0.7, level[top])
    kept = record.kept[:1000]
    return RpnStage(
        name="regions", ms=1.0, device="cpu", source=kept, anchors=boxes, level=level,
        levels=tuple(levels), objectness=logits, deltas=np.zeros_like(boxes), top=top,
        candidates=boxes[top], nms=record, boxes=boxes[top][kept], scores=logits[top][kept],
        anchor=top[kept],
    )


@dataclass(frozen=True)
class Times:
    """Milliseconds of several rounds: by the clock on the wall, and of this thread alone, which
    other programs on the machine disturb least."""

    wall: tuple[float, ...]
    own: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.wall))

    @property
    def busy(self) -> float:
        """The median of what this thread did."""
        return float(np.median(self.own))

    @property
    def least(self) -> float:
        return min(self.own)

    def __str__(self) -> str:
        mine = f"{self.busy:.1f} of this thread, least {self.least:.1f}"
        return f"median {self.median:.1f} ms ({mine})"


def timed(*todo: Callable[[], object], rounds: int = 1) -> Times:
    """Each of the calls, `rounds` times."""
    wall, own = [], []
    for do in (*todo,) * rounds:
        start, busy = time.perf_counter(), time.thread_time()
        do()
        own.append(1000 * (time.thread_time() - busy))
        wall.append(1000 * (time.perf_counter() - start))
    return Times(tuple(wall), tuple(own))


def slower() -> float:
    """How many times slower than a quiet core of 2020's this thread is now: at least 1.

    A fixed piece of Python takes 20 ms there; here, more where other programs share the machine.
    """
    own = timed(lambda: sum(i * i for i in range(400_000)), rounds=3)
    return max(1.0, own.busy / 20.0)


def painted(condition: Callable[[], bool] = lambda: True) -> None:
    """Let Qt work until nothing is left to do and the condition holds."""
    app = QApplication.instance()
    assert app is not None
    until = time.monotonic() + 120
    while True:
        app.processEvents()
        if condition():
            return
        assert time.monotonic() < until
        time.sleep(0.001)


def walk(steps: int, by: float) -> Sequence[tuple[float, float]]:
    """Steps of a hand that drags: mostly `by` pixels to and fro, a little down and up."""
    return [(by if at // 10 % 2 == 0 else -by, by / 4 if at % 4 < 2 else -by / 4)
            for at in range(steps)]

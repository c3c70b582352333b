"""The size of a fully connected layer, and what truncated SVD makes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerSize:
    """A layer from `inputs` (v) to `outputs` (u) numbers; t: singular values kept, 0: as it is."""

    name: str
    inputs: int
    outputs: int
    t: int = 0

    @property
    def full(self) -> int:
        """u v: weights of the layer as it is."""
        return self.inputs * self.outputs

    @property
    def weights(self) -> int:
        """t (u + v) where it is cut to t singular values (Fast R-CNN, section 3.1), else u v."""
        return self.t * (self.inputs + self.outputs) if self.t else self.full

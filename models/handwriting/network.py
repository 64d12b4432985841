"""A small convolutional recurrent network for lines of handwriting (Shi et al. 2015).

Input: crops 32 pixels high. Output: one distribution over characters per 4 pixels of width, for
connectionist temporal classification (CTC; Graves 2006). PyTorch is needed for training only.
"""

from __future__ import annotations

from torch import Tensor, nn

from models.handwriting.texts import ALPHABET

STRIDE = 4
"""Pixels of width per output step, given by the two pooling layers that halve the width."""
CLASSES = len(ALPHABET) + 1


class DateNetwork(nn.Module):
    """Maps ink of shape (n, 1, 32, width), 0 for paper and 1 for ink, to logits of shape
    (n, width / 4, classes).
    """

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Sequential(
            *_layer(1, 24), nn.MaxPool2d(2),
            *_layer(24, 48), nn.MaxPool2d(2),
            *_layer(48, 80), *_layer(80, 96), nn.MaxPool2d((2, 1)),
            *_layer(96, 128), nn.MaxPool2d((2, 1)),
            nn.Conv2d(128, 160, (2, 3), padding=(0, 1), bias=False), nn.BatchNorm2d(160), nn.ReLU(),
        )  # fmt: skip
        self.follow = nn.LSTM(160, 112, bidirectional=True, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.tell = nn.Linear(224, CLASSES)

    def forward(self, crops: Tensor) -> Tensor:
        """Logits of each output step."""
        features = self.look(crops).squeeze(2).transpose(1, 2)
        sequence, _ = self.follow(self.drop(features))
        logits: Tensor = self.tell(sequence)
        return logits


def _layer(before: int, after: int) -> tuple[nn.Module, ...]:
    return (nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU())

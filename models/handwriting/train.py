"""Trains the network for handwritten dates: `python -m models.handwriting.train DIR`.

DIR holds `clean/` (see sources.tsv). The training takes about two hours on two cores. The seed is
fixed, but PyTorch's threads may round differently. Writes handwriting.onnx beside this file.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from models.handwriting.compose import Composer, load_sources
from models.handwriting.network import STRIDE, DateNetwork
from models.handwriting.texts import ALPHABET, label_of
from models.handwriting.warm_start import warm_start
from ocr_extract.recognition.handwriting import prepared

SEED = 20251122
"""Seed of all draws (chosen); the shipped weights were trained with it."""
BATCH = 64
"""Lines per training step (chosen)."""
SHIPPED = Path(__file__).parent / "handwriting.onnx"
COPISTE = ("dates_copiste", "dates_numeric_composite", "months_copiste", "numbers_copiste")
COPISTE_SHARE = 0.35
"""Share (0..1) of lines from ccby/ in a training with `--with-copiste` (chosen)."""
POOL = 24
"""Batches that are drawn at once and sorted by width, so that they need little padding (chosen)."""
PEAK_RATE = 2.5e-3
"""Highest learning rate of the one-cycle schedule (chosen)."""
RATE_OF_MORE = 1e-3
"""The same where a trained network is trained on (chosen)."""
Sample = tuple[np.ndarray, str]
"""Ink of a line, shape (32, width), 0 for paper and 1 for ink; and its text."""


def main() -> None:
    """Train the network and export it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--start", type=Path, help="ONNX file of a network to train on from")
    parser.add_argument(
        "--with-copiste", action="store_true", help="add ccby/; to measure, never to ship"
    )
    chosen = parser.parse_args()
    if chosen.with_copiste and chosen.out == SHIPPED:
        parser.error("weights learned from ccby/ are not shipped: name another --out")
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    network = DateNetwork()
    rate = PEAK_RATE
    if chosen.start:
        some = [padded(b)[0] for b in batches(chosen.folder, 20, [], chosen.seed + 2)]
        network, rate = warm_start(chosen.start, some), RATE_OF_MORE
    extra = copiste(chosen.folder) if chosen.with_copiste else []
    lines = batches(chosen.folder, chosen.steps, extra, chosen.seed)
    held = list(samples(chosen.folder, "held", SEED + 1, 600))
    train(network, lines, chosen.steps, rate, held)
    export(network, chosen.out)


def train(
    network: DateNetwork,
    lines: Iterator[list[Sample]],
    steps: int,
    rate: float,
    held: list[Sample],
) -> None:
    """Train for `steps` steps, one batch of `lines` each. `rate`: the highest learning rate.
    Prints the loss and the share of `held` lines that are read exactly.
    """
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.08
    )
    loss_of = nn.CTCLoss(zero_infinity=True)
    started, recent = time.monotonic(), 0.0
    print(f"0 held exact {exact_share(network, held):.3f}", flush=True)
    for step, batch in enumerate(lines, 1):
        network.train()
        loss = _loss(network, batch, loss_of)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        recent = 0.98 * recent + 0.02 * float(loss.detach()) if step > 1 else float(loss.detach())
        if step % 200 == 0:
            seconds = time.monotonic() - started
            right = exact_share(network, held)
            print(f"{step} loss {recent:.3f} held exact {right:.3f} {seconds:.0f} s", flush=True)


def copiste(folder: Path) -> list[Sample]:
    """Real handwriting: lines of the training writers of ccby/."""
    lines = []
    for name in COPISTE:
        with (folder / "ccby" / name / "labels.tsv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in rows:
            image = cv2.imread(str(folder / "ccby" / name / row["file"]), cv2.IMREAD_GRAYSCALE)
            if row["split"] == "train" and image is not None:
                plain = unicodedata.normalize("NFKD", row["text"])
                lines.append((prepared(image)[0, 0], label_of(plain)))
    return lines


def batches(folder: Path, steps: int, extra: list[Sample], seed: int) -> Iterator[list[Sample]]:
    """`steps` batches of new lines; lines of a batch have similar widths. Some lines come from
    `extra`, when it is not empty.
    """
    stream = samples(folder, "train", seed, None)
    order = random.Random(seed)
    made = 0
    while made < steps:
        drawn = (
            order.choice(extra) if extra and order.random() < COPISTE_SHARE else next(stream)
            for _ in range(BATCH * POOL)
        )
        pool = sorted(drawn, key=lambda s: s[0].shape[1])
        groups = [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
        order.shuffle(groups)
        yield from groups[: steps - made]
        made += len(groups)


def samples(folder: Path, part: str, seed: int, count: int | None) -> Iterator[Sample]:
    """`count` lines as the network's input, with their texts; endless when `count` is None."""
    composer = Composer(load_sources(folder, part), random.Random(seed))
    made = 0
    while count is None or made < count:
        crop, text = composer.line()
        made += 1
        yield prepared(crop)[0, 0], text


def padded(batch: list[Sample]) -> tuple[Tensor, Tensor]:
    """A batch as one tensor of shape (n, 1, 32, widest), and the number of output steps of each
    line, shape (n,).
    """
    widest = -(-max(s.shape[1] for s, _ in batch) // STRIDE) * STRIDE
    crops = np.zeros((len(batch), 1, batch[0][0].shape[0], widest), np.float32)
    for row, (sample, _) in enumerate(batch):
        crops[row, 0, :, : sample.shape[1]] = sample
    steps = [max(1, -(-s.shape[1] // STRIDE)) for s, _ in batch]
    return torch.from_numpy(crops), torch.tensor(steps)


def _loss(network: DateNetwork, batch: list[Sample], loss_of: nn.CTCLoss) -> Tensor:
    crops, steps = padded(batch)
    texts = [[ALPHABET.index(c) + 1 for c in text] for _, text in batch]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(crops)
    logs = logits.float().log_softmax(2).transpose(0, 1)
    targets = torch.tensor([c for text in texts for c in text])
    loss: Tensor = loss_of(logs, targets, steps, torch.tensor([len(t) for t in texts]))
    return loss


def exact_share(network: DateNetwork, lines: list[Sample]) -> float:
    """Share (0..1) of lines whose best path gives exactly the text."""
    network.eval()
    right = 0
    with torch.no_grad():
        for at in range(0, len(lines), BATCH):
            group = lines[at : at + BATCH]
            crops, steps = padded(group)
            best = network(crops).argmax(2)
            for row, count, (_, text) in zip(best, steps, group, strict=True):
                right += spelled(row[:count].tolist()) == text
    return right / len(lines)


def spelled(path: list[int]) -> str:
    """The text of a best CTC path: each run of one class gives one character, blanks give none."""
    classes = [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]
    return "".join(ALPHABET[c - 1] for c in classes)


def export(network: DateNetwork, path: Path) -> None:
    """Write the network as ONNX. Input: any number of crops of any width; output: natural log
    probabilities.
    """
    network.eval()
    whole = nn.Sequential(network, nn.LogSoftmax(2))
    torch.onnx.export(
        whole,
        (torch.zeros(2, 1, 32, 128),),
        str(path),
        input_names=["crops"],
        output_names=["log_probabilities"],
        dynamic_axes={"crops": {0: "n", 3: "width"}, "log_probabilities": {0: "n", 1: "frames"}},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()

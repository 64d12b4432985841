"""Takes the weights of a trained network out of its ONNX file, to go on training from them.

The file has no batch normalisation left: the export folds it into the convolutions. Each one gets
the mean and the variance that its inputs have on some lines, and the scale and the shift that undo
it, so that the network's answers stay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from models.handwriting.network import DateNetwork

Hook = Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]
GATES = (0, 2, 3, 1)
"""The gates of an LSTM in the order of PyTorch (input, forget, cell, output), as positions in the
order of ONNX (input, output, forget, cell)."""


def warm_start(path: Path, lines: Sequence[Tensor]) -> DateNetwork:
    """A network whose answers are those of the ONNX file. `lines`: batches of composed lines,
    shape (n, 1, 32, width), on which the means and variances are taken.
    """
    stored = [torch.tensor(numpy_helper.to_array(t)) for t in onnx.load(path).graph.initializer]
    (ends,) = (t for t in stored if t.ndim == 1 and len(t) == len(stored[0]))
    network = DateNetwork()
    kernels, shifts = [t for t in stored if t.ndim == 4], [t for t in stored[1:] if t.ndim == 1]
    biases, inputs, states = stored[-4], stored[-3], stored[-2]
    with torch.no_grad():
        _set_layers(network.look, kernels, shifts)
        _set_lstm(network.follow, inputs, states, biases)
        network.tell.weight.copy_(stored[-1].T)
        network.tell.bias.copy_(ends)
        _set_statistics(network, lines)
    return network


def _set_layers(layers: nn.Sequential, kernels: list[Tensor], shifts: list[Tensor]) -> None:
    """The convolutions with their folded scale; each normalisation only adds the shift."""
    convolutions = [m for m in layers if isinstance(m, nn.Conv2d)]
    for layer, kernel in zip(convolutions, kernels, strict=True):
        layer.weight.copy_(kernel)
    for layer, shift in zip(_normalisations(layers), shifts, strict=True):
        layer.running_var.fill_(1.0 - layer.eps)
        layer.bias.copy_(shift)


def _set_lstm(layer: nn.LSTM, inputs: Tensor, states: Tensor, biases: Tensor) -> None:
    for side, ending in enumerate(("", "_reverse")):
        half = biases.shape[1] // 2
        getattr(layer, f"weight_ih_l0{ending}").copy_(_gates(inputs[side]))
        getattr(layer, f"weight_hh_l0{ending}").copy_(_gates(states[side]))
        getattr(layer, f"bias_ih_l0{ending}").copy_(_gates(biases[side, :half]))
        getattr(layer, f"bias_hh_l0{ending}").copy_(_gates(biases[side, half:]))


def _gates(stacked: Tensor) -> Tensor:
    parts = stacked.chunk(4)
    return torch.cat([parts[gate] for gate in GATES])


def _set_statistics(network: DateNetwork, lines: Sequence[Tensor]) -> None:
    """The mean and variance of each normalisation's inputs; scale and shift that undo them."""
    layers = _normalisations(network.look)
    seen: dict[nn.BatchNorm2d, list[Tensor]] = {layer: [] for layer in layers}
    hooks = [layer.register_forward_hook(_keep(seen[layer])) for layer in layers]
    network.eval()
    for batch in lines:
        network(batch)
    for hook in hooks:
        hook.remove()
    for layer, values in seen.items():
        every = torch.cat(values, dim=1)
        mean, variance = every.mean(1), every.var(1)
        layer.bias.add_(mean)
        layer.weight.copy_((variance + layer.eps).sqrt())
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(variance)


def _keep(into: list[Tensor]) -> Hook:
    """A hook that keeps every seventh input of each channel: shape (channels, inputs)."""

    def hook(_layer: nn.Module, inputs: tuple[Tensor, ...], _output: Tensor) -> None:
        into.append(inputs[0].transpose(0, 1).flatten(1)[:, ::7])

    return hook


def _normalisations(layers: nn.Sequential) -> list[nn.BatchNorm2d]:
    return [m for m in layers if isinstance(m, nn.BatchNorm2d)]

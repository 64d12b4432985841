from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_extract.errors import MissingTool
from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import RecognizerTrouble
from ocr_extract.recognition.ctc_network import LineNetwork
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.recognition.handwriting import handwriting
from ocr_extract.recognition.names import DATES
from ocr_extract.recognition.pp_ocr import pp_ocr
from tests.recognition.forward_algorithm import log_likelihood

NETWORKS = (pp_ocr, handwriting)


def _crop(text: str, font: int = cv2.FONT_HERSHEY_SIMPLEX, scale: float = 1.3) -> Grey:
    (width, height), _ = cv2.getTextSize(text, font, scale, 3)
    page = np.full((height + 34, width + 30), 255, np.uint8)
    cv2.putText(page, text, (15, height + 14), font, scale, 20, 3, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("text", ["25/07/2025", "2025.10.03", "11-12-2024"])
def test_clear_digits_are_read(network, text: str) -> None:  # type: ignore[no-untyped-def]
    (frames,) = network().frames([_crop(text)])
    assert frames.text.replace(" ", "") == text
    assert log_likelihood(frames, text) > log_likelihood(frames, text.replace("2", "7")) + 3
    assert np.allclose(frames.probabilities.sum(axis=1), 1.0, atol=0.02)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_crop_is_read_the_same_in_any_company(network) -> None:  # type: ignore[no-untyped-def]
    a, b = _crop("25/07/2025"), _crop("September 3")
    alone = network().frames([a])[0].probabilities
    among = network().frames([b, a, b])[1].probabilities
    assert np.array_equal(alone, among)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shape", [(1, 1), (300, 3), (3, 900), (40, 40)])
def test_odd_shapes_are_read_as_nothing_much(network, shape: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    (frames,) = network().frames([np.full(shape, 255, np.uint8)])
    assert len(frames.text) <= 2


def test_both_networks_are_there() -> None:
    found = DateRecognizer().available()
    assert found.present
    assert found.version.startswith("onnxruntime")


def test_missing_weights_are_said_with_what_to_do() -> None:
    lost = replace(handwriting(), weights=Path("nowhere.onnx"))
    assert not lost.available().present
    assert lost.available().advice
    with pytest.raises(MissingTool):
        lost.read([_crop("1")])
    assert not DateRecognizer(networks=(pp_ocr(), lost)).available().present


def test_a_network_that_fails_is_trouble_of_the_reader() -> None:
    def wrong(_: Grey) -> np.ndarray:
        return np.zeros((1, 7, 9, 9), np.float32)

    broken = LineNetwork("broken", pp_ocr().weights, pp_ocr().characters, wrong)
    with pytest.raises(RecognizerTrouble):
        broken.read([_crop("1")])


def test_a_date_comes_back_as_many_strings() -> None:
    (readings,) = DateRecognizer().readings([_crop("25/07/2025")])
    dates = readings[-1]
    assert [r.reader for r in readings] == ["pp-ocr", "handwriting", DATES]
    assert dates.best == "25/07/2025"
    assert len(dates.hypotheses) > 50
    likelihoods = [h.log_likelihood for h in dates.hypotheses]
    assert likelihoods == sorted(likelihoods, reverse=True)


def test_a_name_is_no_date() -> None:
    (reading,) = DateRecognizer().read([_crop("Mira Feldmann")])
    assert not reading.hypotheses or reading.hypotheses[0].log_likelihood < -12


def test_nothing_to_read() -> None:
    assert DateRecognizer().read([]) == ()

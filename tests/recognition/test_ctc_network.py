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
    (output,) = network().frames([_crop(text)])
    assert output.text.replace(" ", "") == text
    assert log_likelihood(output, text) > log_likelihood(output, text.replace("2", "7")) + 3
    assert np.allclose(output.probabilities.sum(axis=1), 1.0, atol=0.02)


@pytest.mark.parametrize("network", NETWORKS)
def test_output_of_a_crop_does_not_depend_on_other_crops(network) -> None:  # type: ignore[no-untyped-def]
    first, second = _crop("25/07/2025"), _crop("September 3")
    alone = network().frames([first])[0].probabilities
    with_others = network().frames([second, first, second])[1].probabilities
    assert np.array_equal(alone, with_others)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shape", [(1, 1), (300, 3), (3, 900), (40, 40)])
def test_crops_of_extreme_shapes_give_almost_no_text(network, shape: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    (output,) = network().frames([np.full(shape, 255, np.uint8)])
    assert len(output.text) <= 2


def test_both_networks_are_available() -> None:
    availability = DateRecognizer().available()
    assert availability.present
    assert availability.version.startswith("onnxruntime")


def test_missing_weights_give_advice() -> None:
    missing = replace(handwriting(), weights=Path("nowhere.onnx"))
    assert not missing.available().present
    assert missing.available().advice
    with pytest.raises(MissingTool):
        missing.read([_crop("1")])
    assert not DateRecognizer(networks=(pp_ocr(), missing)).available().present


def test_failing_network_raises_recognizer_trouble() -> None:
    def wrong_input(_: Grey) -> np.ndarray:
        return np.zeros((1, 7, 9, 9), np.float32)

    broken = LineNetwork("broken", pp_ocr().weights, pp_ocr().characters, wrong_input)
    with pytest.raises(RecognizerTrouble):
        broken.read([_crop("1")])


def test_date_gives_many_strings() -> None:
    (readings,) = DateRecognizer().readings([_crop("25/07/2025")])
    dates = readings[-1]
    assert [r.reader for r in readings] == ["pp-ocr", "handwriting", DATES]
    assert dates.best == "25/07/2025"
    assert len(dates.hypotheses) > 50
    likelihoods = [h.log_likelihood for h in dates.hypotheses]
    assert likelihoods == sorted(likelihoods, reverse=True)


def test_name_is_not_a_date() -> None:
    (reading,) = DateRecognizer().read([_crop("Mira Feldmann")])
    assert not reading.hypotheses or reading.hypotheses[0].log_likelihood < -12


def test_no_crops_give_no_readings() -> None:
    assert DateRecognizer().read([]) == ()

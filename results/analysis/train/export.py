"""Write a trained network as the three files the engine reads: `model_int8.onnx`, `tokenizer.json`, `config.json`."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic

from results.analysis.train.graph import HEADS, Array, build_graph
from results.analysis.train.network import base_folder
from results.analysis.train.vocabulary import kept_pieces, pruned_tokenizer
from results.analysis.weights import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE

MAX_TOKENS = 256
# Chosen once on star reviews from sources outside the data folder; the held-out rows alone would say 1.2, which is too
# sure of itself on texts from elsewhere.
TEMPERATURE = 1.8
# Borders of "very" on the rating −4…4 and the spread of people's ratings around the predicted one.
VERY = {"rating": 1.5, "spread": 0.5}
EKMAN = {
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "neutral": "neutral",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
}


def export(
    state: Mapping[str, torch.Tensor], texts: Sequence[Sequence[int]], emotions: Sequence[str], folder: Path
) -> None:
    """Write the files of a trained network; `texts` are the training tokens, which decide the pieces worth keeping.

    The emotions get their thresholds later, from `evaluate.tuned_thresholds`: until then every one is 0.5.
    """
    tokenizer = json.loads((base_folder() / TOKENIZER_FILE).read_text(encoding="utf-8"))
    kept = kept_pieces(tokenizer["model"]["vocab"], texts)
    pruned = pruned_tokenizer(tokenizer, kept)
    (folder / TOKENIZER_FILE).write_text(json.dumps(pruned, ensure_ascii=False), encoding="utf-8")
    weights = {name: tensor.float().numpy() for name, tensor in state.items()}
    write_model(weights, kept, folder / MODEL_FILE)
    write_config(folder, emotions, [0.5] * len(emotions), [0.5] * len(EKMAN), fine_emotions=())


def write_model(weights: Mapping[str, Array], kept: Sequence[int], path: Path) -> None:
    """Whole numbers of eight bits with one scale per output channel, of which seven are used (`reduce_range`): older
    processors overflow on all eight."""
    logging.getLogger().setLevel(logging.ERROR)  # the quantizer warns of an optional preparation for traced graphs
    with TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        onnx.save(build_graph(weights, kept, MAX_TOKENS), str(full))
        quantize_dynamic(
            full,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_exclude=[HEADS],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


def write_config(
    folder: Path,
    emotions: Sequence[str],
    emotion_thresholds: Sequence[float],
    ekman_thresholds: Sequence[float],
    fine_emotions: Sequence[str],
) -> None:
    config = {
        "base": "all-MiniLM-L6-v2 (Apache-2.0)",
        "trained_on": "VADER ground truth (MIT), GoEmotions train (Apache-2.0)",
        "outputs": "logits: 0–2 negative, neutral, positive; 3 rating / 2 (rating −4…4); 4–31 emotions",
        "max_tokens": MAX_TOKENS,
        "temperature": TEMPERATURE,
        "very": VERY,
        "emotions": list(emotions),
        "emotion_thresholds": [round(float(threshold), 4) for threshold in emotion_thresholds],
        "fine_emotions": list(fine_emotions),
        "ekman": {label: group.split() for label, group in EKMAN.items()},
        "ekman_thresholds": dict(zip(EKMAN, (round(float(t), 4) for t in ekman_thresholds), strict=True)),
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

"""The network as an ONNX graph in the form that onnxruntime computes fastest on a CPU.

Attention is one fused operator. All else is written out: onnxruntime draws each bias into its multiplication by itself,
and `weights.UNFUSED` keeps it from fusing the rest, as those fused forms cost a fifth of the speed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

FUSED = "com.microsoft"
OPSETS = {"": 20, FUSED: 1}
IR_VERSION = 9
LAYERS, ATTENTION_HEADS = 6, 12
EPSILON = 1e-12
HEADS = "heads"  # the node left in floating point: three small heads cost nothing and gain accuracy
Array = NDArray[np.floating] | NDArray[np.integer]


class Graph:
    """A graph under construction: nodes in order, constants by name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Array) -> str:
        self.constants[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def integers(self, *values: int) -> str:
        name = "integers_" + "_".join(str(value) for value in values)
        return self.constant(name, np.array(values, np.int64))

    def node(
        self, operator: str, inputs: Sequence[str], output: str = "", fused: bool = False, **attributes: Any
    ) -> str:
        output = output or f"{operator}_{len(self.nodes)}"
        domain = FUSED if fused else ""
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def model(self, inputs: Mapping[str, Sequence[str]], outputs: Mapping[str, Sequence[str | int]]) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "sentiment",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self.constants.values()),
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = IR_VERSION
        return model


def build_graph(weights: Mapping[str, Array], kept_pieces: Sequence[int], max_tokens: int) -> onnx.ModelProto:
    """The graph (input_ids, attention_mask) → logits (texts, 32): sentiment 3, rating 1, emotions 28."""
    graph = Graph()
    hidden = embed(graph, weights, kept_pieces, max_tokens)
    mask = graph.node("Cast", ["attention_mask"], to=TensorProto.INT32)
    for number in range(LAYERS):
        hidden = add_layer(graph, weights, number, hidden, mask)
    add_heads(graph, weights, hidden)
    shape = ("texts", "tokens")
    return graph.model({"input_ids": shape, "attention_mask": shape}, {"logits": ("texts", 32)})


def embed(graph: Graph, weights: Mapping[str, Array], kept_pieces: Sequence[int], max_tokens: int) -> str:
    """Word vectors plus position vectors (the one token type added in), normalised."""
    name = "encoder.embeddings."
    words = graph.constant("words", weights[name + "word_embeddings.weight"][list(kept_pieces)])
    position_vectors = weights[name + "position_embeddings.weight"][:max_tokens]
    positions = graph.constant("positions", position_vectors + weights[name + "token_type_embeddings.weight"][0])
    length = graph.node("Slice", [graph.node("Shape", ["input_ids"]), graph.integers(1), graph.integers(2)])
    used = graph.node("Slice", [positions, graph.integers(0), length, graph.integers(0)])
    total = graph.node("Add", [graph.node("Gather", [words, "input_ids"]), used])
    scale, shift = norm(graph, weights, name + "LayerNorm")
    return graph.node("LayerNormalization", [total, scale, shift], axis=-1, epsilon=EPSILON)


def add_layer(graph: Graph, weights: Mapping[str, Array], number: int, hidden: str, mask: str) -> str:
    """One transformer layer: attention, then the feed-forward part, each added to its input and normalised."""
    name = f"encoder.encoder.layer.{number}."
    parts = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
    kernel = graph.constant(f"{name}qkv", np.concatenate([weights[f"{part}.weight"] for part in parts]).T)
    bias = graph.constant(f"{name}qkv_bias", np.concatenate([weights[f"{part}.bias"] for part in parts]))
    attention = graph.node("Attention", [hidden, kernel, bias, mask], fused=True, num_heads=ATTENTION_HEADS)
    attended = add_and_normalise(graph, weights, name + "attention.output", attention, hidden)
    wide = graph.node("Gelu", [dense(graph, weights, name + "intermediate.dense", attended)], fused=True)
    return add_and_normalise(graph, weights, name + "output", wide, attended)


def add_and_normalise(graph: Graph, weights: Mapping[str, Array], name: str, values: str, skipped: str) -> str:
    """LayerNorm(dense(values) + skipped)."""
    total = graph.node("Add", [dense(graph, weights, f"{name}.dense", values), skipped])
    scale, shift = norm(graph, weights, f"{name}.LayerNorm")
    return graph.node("LayerNormalization", [total, scale, shift], axis=-1, epsilon=EPSILON)


def dense(graph: Graph, weights: Mapping[str, Array], name: str, values: str) -> str:
    kernel = graph.constant(f"{name}.kernel", weights[f"{name}.weight"].T)
    bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    return graph.node("Add", [graph.node("MatMul", [values, kernel]), bias])


def norm(graph: Graph, weights: Mapping[str, Array], name: str) -> tuple[str, str]:
    scale = graph.constant(f"{name}.scale", weights[f"{name}.weight"])
    return scale, graph.constant(f"{name}.shift", weights[f"{name}.bias"])


def add_heads(graph: Graph, weights: Mapping[str, Array], hidden: str) -> None:
    """The mean over the tokens of a text of what the three heads say of each."""
    heads = ("sentiment", "rating", "emotions")
    kernel = graph.constant("heads_kernel", np.concatenate([weights[f"{head}.weight"] for head in heads]).T)
    bias = graph.constant("heads_bias", np.concatenate([weights[f"{head}.bias"] for head in heads]))
    per_token = graph.node("MatMul", [hidden, kernel], HEADS)
    mask = graph.node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
    masked = graph.node("Mul", [per_token, graph.node("Unsqueeze", [mask, graph.integers(2)])])
    total = graph.node("ReduceSum", [masked, graph.integers(1)], keepdims=0)
    count = graph.node("ReduceSum", [mask, graph.integers(1)], keepdims=1)
    graph.node("Add", [graph.node("Div", [total, count]), bias], "logits")

"""Tiny models as one finds them at Hugging Face, set by hand so that one knows what they say.

A real DistilBERT of two layers, whose attention looks at all words alike: each word pushes the label it speaks for.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH, LAYERS = 64, 2
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make_model(folder: Path, labels: Sequence[str], words: Mapping[str, int], *, is_multi_label: bool = False) -> str:
    """A model for text classification in the folder, whose address is answered. ``words`` are the words that speak for
    the label at this place."""
    # Half a gigabyte of libraries: imported by the tests that need them.
    import torch
    from transformers import DistilBertConfig, DistilBertForSequenceClassification, DistilBertTokenizerFast

    folder.mkdir()
    vocabulary = [*SPECIAL, *words, *(letter for letter in "abcdefghijklmnopqrstuvwxyz"), "."]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    DistilBertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    config = DistilBertConfig(
        vocab_size=len(vocabulary),
        dim=WIDTH,
        hidden_dim=WIDTH,
        n_layers=LAYERS,
        n_heads=2,
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
        problem_type="multi_label_classification" if is_multi_label else "single_label_classification",
    )
    model = DistilBertForSequenceClassification(config)
    with torch.no_grad():
        for name, values in model.named_parameters():
            values.zero_()
            if "norm" in name.lower() and name.endswith("weight"):
                values.fill_(1.0)
            if name.endswith(("v_lin.weight", "out_lin.weight", "pre_classifier.weight")):
                values.copy_(torch.eye(WIDTH))
        for word, place in words.items():
            model.distilbert.embeddings.word_embeddings.weight[vocabulary.index(word), place] = 1.0
        model.classifier.weight.copy_(torch.eye(len(labels), WIDTH))
        if is_multi_label:
            model.classifier.bias.fill_(-3.0)
    model.save_pretrained(folder)
    return str(folder)

"""BERT model folders of well-known shapes with weights from a seed, and texts of exact lengths: speed does not depend on the weights."""

import array
import json
import os
import random
import struct

VOCABULARY = 30522
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BLOCK = 1_000_003  # a prime: no two tensors of a width repeat alike


class Shape:
    def __init__(self, name, layers, hidden, heads, inner):
        self.name, self.layers, self.hidden, self.heads, self.inner = name, layers, hidden, heads, inner

    def flops_per_token(self, length):
        """Multiplications and additions of all layers for one token in a text of so many."""
        return self.layers * (2 * (4 * self.hidden**2 + 2 * self.hidden * self.inner) + 4 * length * self.hidden)


FULL = [Shape("MiniLM", 6, 384, 12, 1536), Shape("BERT-base", 12, 768, 12, 3072), Shape("BERT-large", 24, 1024, 16, 4096)]
SMALL = [Shape("MiniLM, small", 2, 128, 4, 512), Shape("BERT-base, small", 2, 256, 4, 1024), Shape("BERT-large, small", 3, 384, 6, 1536)]


def write_model(folder, shape, seed=7):
    """A folder that sentence-transformers, transformers and the worker read alike: mean pooling, normalized."""
    os.makedirs(os.path.join(folder, "1_Pooling"))
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": VOCABULARY,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "hidden_act": "gelu",
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
    }
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    os.makedirs(os.path.join(folder, "2_Normalize"))
    _json(folder, "config.json", config)
    _json(folder, "modules.json", modules)
    _json(folder, "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    _json(folder, "1_Pooling/config.json", {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True})
    _json(folder, "tokenizer.json", _tokenizer())
    _json(folder, "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512})
    with open(os.path.join(folder, "vocab.txt"), "w", encoding="ascii") as file:
        file.write("\n".join(_words()) + "\n")
    _safetensors(os.path.join(folder, "model.safetensors"), _tensors(shape), seed)


def write_texts(path, rows, length, seed=11, shortest=None):
    """A .jsonl of texts with exactly so many tokens, specials included, or between two lengths."""
    random_lengths = random.Random(seed)
    tokens = 0
    with open(path, "w", encoding="ascii") as file:
        for row in range(rows):
            count = length if shortest is None else random_lengths.randint(shortest, length)
            tokens += count
            words = " ".join("w%d" % random_lengths.randrange(VOCABULARY - len(SPECIAL)) for _ in range(count - 2))
            file.write('{"id":%d,"text":"%s"}\n' % (row, words))
    return tokens


def _words():
    return SPECIAL + ["w%d" % i for i in range(VOCABULARY - len(SPECIAL))]


def _tokenizer():
    special = [
        {"id": i, "content": s, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for i, s in enumerate(SPECIAL)
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {word: i for i, word in enumerate(_words())},
        },
    }


def _tensors(shape):
    h, f = shape.hidden, shape.inner
    yield "embeddings.word_embeddings.weight", [VOCABULARY, h]
    yield "embeddings.position_embeddings.weight", [512, h]
    yield "embeddings.token_type_embeddings.weight", [2, h]
    yield "embeddings.LayerNorm.weight", [h]
    yield "embeddings.LayerNorm.bias", [h]
    for layer in range(shape.layers):
        at = "encoder.layer.%d." % layer
        for name, rows, columns in (
            ("attention.self.query", h, h),
            ("attention.self.key", h, h),
            ("attention.self.value", h, h),
            ("attention.output.dense", h, h),
            ("intermediate.dense", f, h),
            ("output.dense", h, f),
        ):
            yield at + name + ".weight", [rows, columns]
            yield at + name + ".bias", [rows]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            yield at + name + ".weight", [h]
            yield at + name + ".bias", [h]


def _safetensors(path, tensors, seed):
    generator = random.Random(seed)
    block = array.array("f", (generator.gauss(0, 0.03) for _ in range(BLOCK))).tobytes()
    header, offset, sizes = {}, 0, []
    for name, shape in tensors:
        size = 4
        for dimension in shape:
            size *= dimension
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        sizes.append((name, size))
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    place = 0
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, size in sizes:
            if name.endswith("LayerNorm.weight"):
                file.write(array.array("f", [1.0] * (size // 4)).tobytes())
                continue
            while size > 0:
                piece = block[place : place + size]
                file.write(piece)
                size -= len(piece)
                place = (place + len(piece)) % len(block)


def _json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file)

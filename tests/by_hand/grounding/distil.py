#!/usr/bin/env python3
"""Distils static word vectors from all-MiniLM-L6-v2 (Apache 2.0), for the grounding scorer.

usage: distil.py MODEL_DIRECTORY BPE_FILE OUT_DIRECTORY

MODEL_DIRECTORY holds model.safetensors, config.json and tokenizer.json of the model; BPE_FILE is the list
`cl100k_base.tiktoken` of the crate tiktoken-rs, from which common words are taken that the model's own vocabulary
lacks. Needs numpy and tokenizers. Each word goes through the whole transformer alone; the mean of its last states is
centred, brought to DIMENSIONS by principal components and cut to one byte a number. Writes words.txt (one a line, the
commonest first) and vectors.bin (DIMENSIONS signed bytes a word, in the order of words.txt).
"""
import base64, json, pathlib, struct, sys
import numpy as np
from tokenizers import Tokenizer

DIMENSIONS, MOST_WORDS = 112, 30_000


def tensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    found = {}
    for name, at in json.loads(data[8:8 + length]).items():
        if name != "__metadata__" and at["dtype"] in ("F32", "F16"):
            a, b = at["data_offsets"]
            kind = "<f4" if at["dtype"] == "F32" else "<f2"
            found[name.removeprefix("bert.")] = np.frombuffer(data[8 + length + a:8 + length + b], kind).reshape(at["shape"]).astype("f4")
    return found


def norm(x, w, name):
    x = x - x.mean(-1, keepdims=True)
    x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
    return x * w[name + ".weight"] + w[name + ".bias"]


def linear(x, w, name):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


def gelu(x):
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))


def embed(ids, w, config):
    """Mean of the last states of sequences of one length: array (n, length) to (n, hidden)."""
    n, length = ids.shape
    heads = config["num_attention_heads"]
    size = config["hidden_size"] // heads
    e = "embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][:length] + w[e + "token_type_embeddings.weight"][0]
    x = norm(x, w, e + "LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        p = f"encoder.layer.{layer}."
        q, k, v = (linear(x, w, p + "attention.self." + part).reshape(n, length, heads, size).transpose(0, 2, 1, 3) for part in ("query", "key", "value"))
        a = q @ k.transpose(0, 1, 3, 2) / np.sqrt(size)
        a = np.exp(a - a.max(-1, keepdims=True))
        a /= a.sum(-1, keepdims=True)
        y = (a @ v).transpose(0, 2, 1, 3).reshape(n, length, heads * size)
        x = norm(x + linear(y, w, p + "attention.output.dense"), w, p + "attention.output.LayerNorm")
        y = linear(gelu(linear(x, w, p + "intermediate.dense")), w, p + "output.dense")
        x = norm(x + y, w, p + "output.LayerNorm")
    return x.mean(1)


def vocabulary(tokenizer, bpe):
    own = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    words = [word for word, _ in own if word.isalpha() and len(word) > 1]
    seen = set(words)
    for line in bpe.read_text().splitlines():
        word = base64.b64decode(line.split()[0]).decode("utf-8", "ignore")
        if word[:1] == " " and word[1:].isascii() and word[1:].isalpha() and word[1:].islower() and len(word) > 3 and word[1:] not in seen:
            seen.add(word[1:])
            words.append(word[1:])
    return words[:MOST_WORDS]


def main():
    model, bpe, out = map(pathlib.Path, sys.argv[1:4])
    w, config = tensors(model / "model.safetensors"), json.loads((model / "config.json").read_text())
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    words = vocabulary(tokenizer, bpe)
    by_length = {}
    for place, coded in enumerate(tokenizer.encode_batch(words)):
        by_length.setdefault(len(coded.ids), []).append((place, coded.ids))
    made = np.zeros((len(words), config["hidden_size"]), "f4")
    for members in by_length.values():
        for at in range(0, len(members), 512):
            part = members[at:at + 512]
            made[[place for place, _ in part]] = embed(np.array([ids for _, ids in part]), w, config)

    made /= np.linalg.norm(made, axis=1, keepdims=True)
    made -= made.mean(0)
    values, axes = np.linalg.eigh(np.cov(made.T))
    made = made @ axes[:, ::-1][:, :DIMENSIONS]
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    scaled = np.clip(np.round(made * 127 / np.abs(made).max(1, keepdims=True)), -127, 127).astype("i1")
    (out / "words.txt").write_text("".join(word + "\n" for word in words))
    (out / "vectors.bin").write_bytes(scaled.tobytes())
    print(len(words), "words, variance kept", values[::-1][:DIMENSIONS].sum() / values.sum())


if __name__ == "__main__":
    main()

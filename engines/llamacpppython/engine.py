"""llama-cpp-python's server (https://llama-cpp-python.readthedocs.io/en/latest/server/) with a model of seeded random
weights: what it says is gibberish, so only what the server decides is measured on it.
"""

from engines.base import Engine, Served

engine = Engine(
    provider="llamacpppython",
    package="llama-cpp-python",
    requirements=("llama-cpp-python[server]=={version}", "gguf"),
    versions=("0.3.8", "0.3.12", "0.3.16", "0.3.36"),
    # Plain, the model's own template; and the format which makes calls of any model by a grammar.
    served=(Served("tiny"), Served("tiny-functions", ("--chat_format", "chatml-function-calling"))),
    build={
        # Without the newest instructions of this very processor, without pictures, which would need another model, and
        # hardly optimized: the model is tiny, and the compiler takes half the time.
        "CMAKE_ARGS": "-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF -DLLAMA_BUILD_TESTS=OFF "
        "-DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF "
        "-DCMAKE_C_FLAGS_RELEASE=-O1 -DCMAKE_CXX_FLAGS_RELEASE=-O1",
    },
    longest=240.0,  # it takes one minute
    make=("{python}", "{here}/make_tiny_gguf.py", "tiny.gguf", "{here}/tiny_chat.jinja"),
    serve=(
        *("{python}", "-m", "llama_cpp.server", "--model", "tiny.gguf", "--model_alias", "{model}", "--n_ctx", "4096"),
        *("--host", "127.0.0.1", "--port", "{port}", "--verbose", "false"),
    ),
)

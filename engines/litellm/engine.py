"""LiteLLM's proxy (https://docs.litellm.ai/docs/simple_proxy) before an engine of this folder: what a gateway loses, or
alters, is the difference between its rows and those of the engine behind it.
"""

from engines.base import Engine, Served

CONFIG = """\
model_list:
  - model_name: "{model}"
    litellm_params:
      model: "openai/{behind}"
      api_base: "{upstream}"
      api_key: "none"
general_settings:
  dangerously_permit_weak_or_unset_master_key: true
"""

engine = Engine(
    provider="litellm",
    package="litellm",
    requirements=("litellm[proxy]=={version}",),
    versions=("1.73.7", "1.79.3", "1.81.16", "1.108.0"),
    served=(
        Served("llamacpppython-tiny", behind="llamacpppython/tiny"),
        Served("llamacpppython-tiny-functions", behind="llamacpppython/tiny-functions"),
        Served("vllm-tiny-hermes", behind="vllm/tiny-hermes"),
    ),
    environment={"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "DO_NOT_TRACK": "1"},
    files={"config.yaml": CONFIG},
    serve=("{bin}/litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", "{port}"),
    patience=180.0,
)

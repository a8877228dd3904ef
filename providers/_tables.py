"""Public tables of prices, for where no copy of a provider's own page was at hand; each names the pages that it was
taken from.
"""

# Version 0.2.3 is of November 2026.
GENAI_PRICES = "https://github.com/pydantic/genai-prices/blob/v0.2.3/packages/python/genai_prices/data.py"

# Its authors compared the Qwen models with Alibaba's international price list on 2026-09-02.
ALIBABA_MODELS = (
    "https://github.com/enricoros/big-AGI/blob/031a9e6e8112d036d731fb8f46a9020d488d7878"
    "/src/modules/llms/server/openai/models/alibaba.models.ts"
)

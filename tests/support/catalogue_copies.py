"""Made-up copies of catalogues in the layouts of the real ones, and rows to hold against them."""

import json
from pathlib import Path

from scoreboard.results.model import Cell, Results, RowResult, Samples

YES = Cell(
    "supported",
    note="saw",
    evidence=("a.yaml", "b.yaml"),
    source="traffic",
    observed_at="2026-12-01",
    samples=Samples(2, 2),
)
NO = Cell(
    "unsupported", "rejected", "400: image input is not supported by this model", ("a.yaml",), observed_at="2026-12-01"
)
PLAIN = Cell("supported", note="answered", evidence=("p.yaml", "q.yaml"), observed_at="2026-12-01")

LITELLM = """{
    "groq/plain": {
        "litellm_provider": "groq",
        "mode": "chat",
        "output_cost_per_token": 2.1e-07,
        "supports_function_calling": true,
        "supports_vision": false
    },
    "groq/drawn": {
        "litellm_provider": "groq",
        "mode": "image_generation"
    },
    "groq/long": {
        "litellm_provider": "groq",
        "mode": "chat",
        "supported_modalities": [
            "text",
            "image"
        ],
        "source": "é"
    }
}
"""
TOML = 'name = "Plain"\nattachment = false\ntool_call = false\nopen_weights = true\n\n[limit]\ncontext = 1_000\n\n[modalities]\ninput = ["text"]\noutput = ["text"]'
CATWALK = '{\n  "id": "groq",\n  "models": [\n    {\n      "id": "plain",\n      "levels": ["low"],\n      "context_window": 10\n    }\n  ]\n}\n'


def results(*rows: RowResult, provider: str = "groq") -> Results:
    return Results(provider).merged(rows)


def row(cells: dict[str, Cell], model: str = "plain", *, stream: bool = False, served_as: str = "") -> RowResult:
    return RowResult(model, False, stream, {"out.text": PLAIN, **cells}, served_as)


def litellm(folder: Path, text: str = LITELLM) -> Path:
    place = folder / "litellm-2026-01-01"
    place.mkdir(parents=True)
    (place / "model_prices_and_context_window_backup.json").write_text(text)
    return place


def models_dev(folder: Path, text: str = TOML, fields: dict[str, object] | None = None, owner: str = "groq") -> Path:
    place = folder / "models.dev-2026-01-01"
    place.mkdir(parents=True)
    usual = {"attachment": False, "tool_call": False, "modalities": {"input": ["text"], "output": ["text"]}}
    (place / "api.json").write_text(json.dumps({owner: {"models": {"plain": fields or usual}}}))
    link = {"symlink": "../../../../../../etc/passwd"}
    (place / "toml.json").write_text(
        json.dumps(
            {
                f"providers/{owner}/models/plain.toml": text,
                "../../outside.toml": "a = 1",
                "providers/x/models/y.toml": link,
            }
        )
    )
    return place


def catwalk(folder: Path) -> Path:
    place = folder / "catwalk-2026-01-01"
    (place / "internal/providers/configs").mkdir(parents=True)
    (place / "internal/providers/configs/groq.json").write_text(CATWALK)
    return place

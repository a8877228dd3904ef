"""Prints the matrix of the nightly run as JSON: the providers whose key is there, those with many models in shards.

KEYS holds the names of the keys that are there; TARGETS is as for `scoreboard record`, with all providers where it is
empty.
"""  # noqa: INP001 - a script, not a package

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from providers.base import find_provider
from scoreboard.live.run import targets
from scoreboard.results.store import load

MODELS = 40  # known ones that a job asks at most; a provider that was never asked has one job


def jobs(wanted: dict[str, list[str]], keys: set[str]) -> Iterator[dict[str, str | int]]:
    """An entry for each job. `setting`: the variable that the provider's address needs, where it needs one."""
    for name, models in sorted(wanted.items()):
        known = find_provider(name)
        if known is None or known.key_env not in keys:
            continue
        count = len(load(Path("results"), name).models) if "" in models else 0
        shards = max(1, -(-count // MODELS))
        for number in range(1, shards + 1):
            yield {
                "provider": name,
                "targets": " ".join(f"{name}/{model}" if model else name for model in models),
                "number": number,
                "shard": f"{number}/{shards}",
                "key": known.key_env,
                "setting": next(iter(re.findall(r"{(\w+)}", known.base_url)), ""),
            }


if __name__ == "__main__":
    print(json.dumps(list(jobs(targets(os.environ["TARGETS"].split()), set(os.environ["KEYS"].split())))))

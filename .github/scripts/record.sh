#!/bin/bash
# Asks one shard of one provider. Its key comes as KEY and goes on under the name that the provider reads it by.
set -euo pipefail
export "$KEY_NAME=$KEY"
if [ -n "$SETTING_NAME" ]; then export "$SETTING_NAME=$SETTING"; fi
unset KEY SETTING
read -ra options <<< "$TARGETS"
options+=(--stale "$STALE" --shard "$SHARD" --json)
if [ -n "$MAX_REQUESTS" ]; then options+=(--max-requests "$MAX_REQUESTS"); fi
if [ -n "$MAX_USD" ]; then options+=(--max-usd "$MAX_USD"); fi
if [ -n "$BASE_URL" ]; then options+=(--base-url "$BASE_URL"); fi
exec .venv/bin/python -m scoreboard record "${options[@]}"

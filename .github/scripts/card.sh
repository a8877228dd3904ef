#!/bin/bash
# The card of an endpoint, or how it differs from another: into the log, the job's summary, and a folder of its own. It ends as
# `scoreboard probe` or `scoreboard compare` does. All that it is told comes in variables of the environment, of which no part is run.
set -euo pipefail
scoreboard="$RUNNER_TEMP/scoreboard/bin/scoreboard"
folder=$(mktemp -d "$RUNNER_TEMP/card-XXXXXX")
work=$(mktemp -d "$RUNNER_TEMP/work-XXXXXX")
words=(--timeout "$TIMEOUT")
read -r -d '' -a only <<< "$ONLY" || true
for cell in "${only[@]}"; do words+=(--only "$cell"); done
while IFS= read -r header; do [ -z "$header" ] || words+=(--header "$header"); done <<< "$HEADERS"

# The variables of the keys, as far as these are given.
key=${SCOREBOARD_ENDPOINT_KEY:+SCOREBOARD_ENDPOINT_KEY}
other=${SCOREBOARD_COMPARED_KEY:+SCOREBOARD_COMPARED_KEY}

status=0
if [ -n "$COMPARE_WITH" ]; then
  name=comparison
  # Of each option one for the other side, then one for this.
  words+=(--base-url "$COMPARE_WITH" --model "${COMPARE_MODEL:-$MODEL}" --wire "$COMPARE_WIRE" --api-key-env "$other")
  words+=(--base-url "$BASE_URL" --model "$MODEL" --wire "$WIRE" --api-key-env "$key")
  if [ -n "$REQUIRE" ]; then
    echo "require is of the card: leave it out beside compare-with, or use the action once more for the card" | tee "$work/log"
    status=2
  else
    "$scoreboard" compare "${words[@]}" --markdown --output "$work/made.json" > "$work/made.md" 2> "$work/log" || status=$?
    cat "$work/log" "$work/made.md"
  fi
else
  name=card
  words+=(--base-url "$BASE_URL" --model "$MODEL" --keep "$work" --output "$work/made.md")
  [ -z "$WIRE" ] || words+=(--wire "$WIRE")
  [ -z "$REQUIRE" ] || words+=(--require "$REQUIRE")
  [ -z "$key" ] || words+=(--api-key-env "$key")
  "$scoreboard" probe "${words[@]}" 2>&1 | tee "$work/log" || status=${PIPESTATUS[0]}
  [ ! -f "$work/made.md" ] || "$scoreboard" export --results "$work/results" --output "$work/made.json"
fi
echo "status=$status" >> "$GITHUB_OUTPUT"
if [ -f "$work/made.json" ]; then
  mv "$work/made.json" "$folder/$name.json"
  mv "$work/made.md" "$folder/$name.md"
  cat "$folder/$name.md" >> "$GITHUB_STEP_SUMMARY"
  printf 'json=%s\nfolder=%s\n' "$folder/$name.json" "$folder" >> "$GITHUB_OUTPUT"
else # The line says what a server said: indented, it is code, without links, mentions or pictures.
  tail -n 1 "$work/log" | cut -c 1-2000 | sed 's/^/    /' >> "$GITHUB_STEP_SUMMARY"
fi
exit "$status"

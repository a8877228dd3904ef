#!/bin/bash
# The card of an endpoint: into the log, the job's summary, and a folder of its own. It ends as `scoreboard probe` does.
# All that it is told comes in variables of the environment, of which no part is run.
set -euo pipefail
scoreboard="$RUNNER_TEMP/scoreboard/bin/scoreboard"
folder=$(mktemp -d "$RUNNER_TEMP/card-XXXXXX")
work=$(mktemp -d "$RUNNER_TEMP/work-XXXXXX")
words=(--base-url "$BASE_URL" --model "$MODEL" --timeout "$TIMEOUT" --keep "$work" --output "$folder/card.md")
[ -z "$WIRE" ] || words+=(--wire "$WIRE")
[ -z "$REQUIRE" ] || words+=(--require "$REQUIRE")
[ -z "$SCOREBOARD_ENDPOINT_KEY" ] || words+=(--api-key-env SCOREBOARD_ENDPOINT_KEY)
read -r -d '' -a only <<< "$ONLY" || true
for cell in "${only[@]}"; do words+=(--only "$cell"); done
while IFS= read -r header; do [ -z "$header" ] || words+=(--header "$header"); done <<< "$HEADERS"

status=0
"$scoreboard" probe "${words[@]}" 2>&1 | tee "$work/log" || status=${PIPESTATUS[0]}
echo "status=$status" >> "$GITHUB_OUTPUT"
if [ -f "$folder/card.md" ]; then
  "$scoreboard" export --results "$work/results" --output "$folder/card.json"
  cat "$folder/card.md" >> "$GITHUB_STEP_SUMMARY"
  printf 'json=%s\nfolder=%s\n' "$folder/card.json" "$folder" >> "$GITHUB_OUTPUT"
else # The line says what a server said: indented, it is code, without links, mentions or pictures.
  tail -n 1 "$work/log" | cut -c 1-2000 | sed 's/^/    /' >> "$GITHUB_STEP_SUMMARY"
fi
exit "$status"

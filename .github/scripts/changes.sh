#!/bin/bash
# The cells that differ between two folders of results, as Markdown: how many, and a line with the reason of each. The lines hold
# what providers said, so they are indented: to whoever shows them they are code, without links, mentions or pictures.
set -euo pipefail
lines=$(mktemp)
.venv/bin/python -m scoreboard diff "$1" "$2" > "$lines" || test -s "$lines" # it fails where there are some, and prints nothing where it broke
printf 'Cells changed: %d\n\n' "$(wc -l < "$lines")"
# GitHub takes a text of 65,536 characters.
awk -v room=60000 '{ room -= length($0) + 5 } room < 0 { left++; next } { print "    " $0 } END { if (left) printf "\nand %d more\n", left }' "$lines"

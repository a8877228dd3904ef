#!/bin/bash
# Opens a pull request with the evidence that is new, from the branch BRANCH; none where nothing is. Its text is a file, its title
# the first line of that.
set -euo pipefail
git add cassettes results docs engines SCOREBOARD.md
if git diff --cached --quiet; then
    echo "Nothing changed."
    exit
fi
title="Nightly evidence. $(head -n 1 "$1")"
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' commit --quiet --message "$title"
gh auth setup-git
git push --quiet --force origin "HEAD:refs/heads/$BRANCH"
gh pr create --head "$BRANCH" --base "$GITHUB_REF_NAME" --title "$title" --body-file "$1"

#!/bin/bash
# Every script passes the linter for shell scripts.
command -v shellcheck >/dev/null || { echo "shellcheck is not installed" && exit 77; }
# Left out: files sourced by a computed path, and the variables that they share (SC1090 and on).
find . -path ./build -prune -o \( -name '*.sh' -o -path ./.ci/run \) -print0 |
    xargs -0 -r shellcheck -e SC1090,SC1091,SC2016,SC2154,SC2034

#!/bin/bash
# Every check of test/lint, each in seconds: a check prints what is wrong and ends with status 1,
# or with 77 where its tool is not installed.
. "$(dirname "$0")/common.sh"

passed=0 failed=0 skipped=0
for check in test/lint/*.sh; do
    name=$(basename "${check%.sh}") status=0
    if [ -n "${ONLY:-}" ] && [ "$ONLY" != "$name" ]; then continue; fi
    output=$(bash "$check" 2>&1) || status=$?
    case $status in
    0) passed=$((passed + 1)) && say "lint $name ok" ;;
    77) skipped=$((skipped + 1)) && say "lint $name skipped: $output" ;;
    *)
        failed=$((failed + 1))
        say "lint $name FAILED"
        say "$output" | sed -n '1,60s/^/    /p'
        ;;
    esac
done
count_part lint $passed $failed $skipped

#!/bin/bash
# run_scripts.sh proof|bench|soak: every script of test/<kind>, one after another, alone.
# A script ends with status 0 (passed), 77 (skipped: it says why) or another (failed).
. "$(dirname "$0")/common.sh"

kind=$1
passed=0 failed=0 skipped=0
for script in "test/$kind"/*.sh; do
    [ -e "$script" ] || continue
    name=$(basename "${script%.sh}")
    if [ -n "${ONLY:-}" ] && [ "$ONLY" != "$name" ]; then continue; fi
    say "=== $kind $name"
    started=$SECONDS status=0
    bash "$script" || status=$?
    case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
        failed=$((failed + 1))
        say "$kind $name failed with status $status"
        ;;
    esac
    say "    ($((SECONDS - started)) s)"
done
[ $((passed + failed + skipped)) -gt 0 ] || say "there is no script in test/$kind${ONLY:+ named $ONLY}"
count_part "$kind" $passed $failed $skipped

#!/bin/bash
# Unit tests: unit.sh plain|sanitized.
. "$(dirname "$0")/common.sh"

part=unit out=build/unit
make_arguments=()
if [ "${1:-plain}" = sanitized ]; then
    part=unit-sanitized out=build/unit_sanitized
    make_arguments=(SANITIZE=1)
fi
if ! compgen -G 'test/unit/*_test.cpp' >/dev/null; then
    say "no tests in test/unit"
    count_part $part 0 0
    exit
fi
if ! make -s -j"$(nproc)" -f test/tools/unit.mk "${make_arguments[@]}"; then
    say "the unit tests do not build"
    count_part $part 0 1 || exit 1
fi
log=$logs/$part.log
status=0
timeout -k 10 "${UNIT_TIMEOUT:-300}" $out/run_tests --gtest_brief=1 --gtest_color=no 2>&1 | cut -c1-400 |
    tee "$log" || status=$?
number() { sed -n "s/^\[  $1 *\] \([0-9]*\) tests\{0,1\}.*/\1/p" "$log" | tail -1; }
passed=$(number PASSED) skipped=$(number SKIPPED)
failed=$(grep -cE '^\[  FAILED  \] .* \([0-9]+ ms\)$' "$log" || true)
if [ $status != 0 ] && [ "$failed" = 0 ]; then
    say "the test program ended with status $status before it was done"
    failed=1
fi
count_part $part "${passed:-0}" "$failed" "${skipped:-0}"

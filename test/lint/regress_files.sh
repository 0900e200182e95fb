#!/bin/bash
# Every regress and isolation test has its expected output, and every output its test.
bad=0
pairs() { # pairs SOURCES OUTPUTS: folder and suffix of each
    local file other
    for file in "$1"/*."$2"; do
        case $file in *'*'* | */pg_stress--*) continue ;; esac
        other=$3/$(basename "${file%.*}").$4
        [ -f "$other" ] || { echo "$file has no $other" && bad=1; }
    done
}
pairs sql sql expected out
pairs expected out sql sql
pairs test/isolation/specs spec test/isolation/expected out
pairs test/isolation/expected out test/isolation/specs spec
if [ -f test/regress_schedule ]; then
    for file in sql/*.sql; do
        case $file in sql/pg_stress--*) continue ;; esac
        grep -qx "$(basename "${file%.sql}")" test/regress_schedule ||
            { echo "$file is not in test/regress_schedule" && bad=1; }
    done
fi
exit $bad

#!/bin/bash
# TAP tests: test/tap/*.pl, two files at a time, each under a timeout. ONLY=name runs those whose
# name contains it.
. "$(dirname "$0")/common.sh"

if ! compgen -G 'test/tap/*.pl' >/dev/null; then
    say "no tests in test/tap"
    count_part tap 0 0
    exit
fi
. "$(dirname "$0")/server.sh"
prepare_server
stage_inputs
output=$PGS_RUN/tap
server_folder "$output"
for folder in tmp tmp_check tmp_check/log; do server_folder "$output/$folder"; done
counts=$output/counts
status=0
as_server PATH="$server_path" TMPDIR="$output/tmp" TESTDIR="$output" TESTDATADIR="$output/tmp_check" \
    TESTLOGDIR="$output/tmp_check/log" PG_TEST_PORT_DIR="$output/ports" \
    PG_TEST_TIMEOUT_DEFAULT=60 PG_REGRESS="$pgxs_test/regress/pg_regress" \
    PERL5LIB="$stage/test/tap/lib:$pgxs_test/perl" PGS_STAGE="$stage" PGS_TOP="$top" PGS_TAP_COUNTS="$counts" \
    ${ONLY:+ONLY="$ONLY"} perl "$stage/test/tools/tap.pl" || status=$?
read -r passed failed skipped <"$counts" || passed=0 failed=1 skipped=0
mapfile -t left < <(our_processes)
if [ ${#left[@]} -gt 0 ]; then
    say "processes are left after the TAP tests:"
    describe_processes "${left[@]}"
    end_our_processes
    failed=$((failed + 1))
fi
if [ $status != 0 ] || [ "$failed" != 0 ]; then
    rm -rf "$logs/tap" && mkdir -p "$logs/tap"
    cp -r "$output/tmp_check/log/." "$logs/tap/" 2>/dev/null || true
    say "(logs of tests and servers: build/logs/tap)"
fi
count_part tap "$passed" "$failed" "$skipped"

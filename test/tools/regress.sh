#!/bin/bash
# pg_regress over sql/*.sql (alphabetical, or in the order of test/regress_schedule), or with
# `isolation` pg_isolation_regress over test/isolation/specs/*.spec.
# One private cluster; each test has a database of its own in which the extension exists already.
. "$(dirname "$0")/common.sh"

part=${1:-regress}
only=${ONLY:-}
if [ "$part" = isolation ]; then
    input=test/isolation pattern='test/isolation/specs/*.spec' program=isolation/pg_isolation_regress
else
    input=. pattern='sql/*.sql' program=regress/pg_regress
fi
names=()
while read -r file; do
    name=$(basename "${file%.*}")
    case $name in pg_stress--*) continue ;; esac
    if [ -z "$only" ] || [ "$only" = "$name" ]; then names+=("$name"); fi
done < <(compgen -G "$pattern" | sort)
if [ "$part" = regress ] && [ -f test/regress_schedule ] && [ -z "$only" ]; then
    mapfile -t names < <(grep -v '^#' test/regress_schedule)
fi
if [ ${#names[@]} = 0 ]; then
    say "no tests for $part"
    count_part "$part" 0 0
    exit
fi

. "$(dirname "$0")/server.sh"
prepare_server
stage_inputs
start_cluster "$part"
passed=0 failed=0
for name in "${names[@]}"; do
    results=$PGS_RUN/$part/results_$name
    server_folder "$results"
    started=$(date +%s%N)
    if as_server PATH="$server_path" PGTZ=UTC timeout -k 10 "${REGRESS_TIMEOUT:-300}" \
        "$pgxs_test/$program" --inputdir="$stage/$input" --outputdir="$results" \
        --bindir="$server_bin" --host="$socket" --user=postgres --dbname="regress_$name" \
        --load-extension=pg_stress "$name" >"$results.log" 2>&1; then
        passed=$((passed + 1)) verdict=ok
    else
        failed=$((failed + 1)) verdict=FAILED
    fi
    printf '%-40s %s %6d ms\n' "$part $name" $verdict $((($(date +%s%N) - started) / 1000000))
    if [ $verdict = FAILED ]; then
        rm -rf "$logs/$part.$name" && mkdir -p "$logs/$part.$name"
        cp -r "$results/." "$results.log" "$log" "$logs/$part.$name/"
        if [ -s "$results/regression.diffs" ]; then
            sed -n '1,200p' "$results/regression.diffs"
        else
            cat "$results.log"
        fi
        say "(results and server log: build/logs/$part.$name)"
    fi
done
check_leftovers
stop_cluster
count_part "$part" "$passed" $((failed + leftovers))

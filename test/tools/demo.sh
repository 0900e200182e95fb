#!/bin/bash
# make demo: a private cluster with the sample shop, a medium test with a live line, its report.
# DEMO_SECONDS and DEMO_SCALE change duration and size. `demo.sh stop` ends a demo's server.
. "$(dirname "$0")/common.sh"

demo=$top/build/demo
stop_old_server() {
    local pid
    pid=$(head -1 "$demo/data/postmaster.pid" 2>/dev/null) || return 0
    [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$demo/data" ] || return 0
    kill -QUIT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}
stop_old_server
[ "${1:-}" != stop ] || exit 0

seconds=${DEMO_SECONDS:-60} scale=${DEMO_SCALE:-0.2}
test/tools/deps.sh build
say "building, and copying the server's files"
. "$(dirname "$0")/server.sh"
prepare_server

rm -rf "$demo"
if [ "$work" = "$top/build" ]; then
    server_folder "$demo"
    PGS_DATA=$demo/data
    kept="its files stay in build/demo until the next demo or make clean"
else
    kept="its files are removed, since user postgres cannot enter this folder"
fi
start_cluster demo "fsync = on"
say "a private PostgreSQL $major runs, with stock settings"
value() { run_psql -At -F ' ' -c "$1"; }

run_psql -c 'CREATE EXTENSION pg_stress'
say "CREATE EXTENSION pg_stress: done"
value "SELECT pg_stress.create_sample_shop($scale)" >/dev/null
say "the sample shop is there: $(value "SELECT pg_size_pretty(pg_database_size(current_database()))")"

run=$(value "SELECT pg_stress.start_test('demo', 'medium', duration => '$seconds seconds')")
say "run $run started: SELECT pg_stress.start_test('demo', 'medium', duration => '$seconds seconds')"
last=$((SECONDS + seconds + 120)) shown=0
while :; do
    state=$(value "SELECT state FROM pg_stress.run WHERE run_id = $run")
    case $state in completed | stopped | failed | lost) break ;; esac
    if [ $SECONDS -gt $last ]; then
        say "run $run does not end; it is in state $state"
        exit 1
    fi
    line=$(value "SELECT format('%-10s %4s s, %4s s to go   %s sessions   %s operations   %s errors   %s/s   p50 %s ms   p95 %s ms   p99 %s ms',
        state, round(elapsed_s::numeric), round(remaining_s::numeric), sessions, operations, errors,
        round(tps::numeric), round(p50_ms::numeric, 2), round(p95_ms::numeric, 2), coalesce(round(p99_ms::numeric, 2)::text, '-'))
        FROM pg_stress.live($run)")
    if [ -t 1 ]; then
        printf '\r\033[K%s' "$line"
    elif [ $((shown++ % 5)) = 0 ]; then
        say "$line"
    fi
    sleep 1
done
[ ! -t 1 ] || printf '\r\033[K'
say ""
value "SELECT pg_stress.report($run)"
read -r operations errors verdict < <(value "SELECT operations, errors, verdict FROM pg_stress.run_summary WHERE run_id = $run")
stop_cluster
say ""
say "The demo's run $state: $operations operations, $errors errors, verdict: $verdict. The server is stopped; $kept."
[ "$state" = completed ]

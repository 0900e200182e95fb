#!/bin/bash
# 20 times of 20 each: SIGTERM of a worker and of the coordinator, SIGKILL of either, and an
# immediate stop of the server, in mid-run. The next look tells the truth, nothing is left.
. "$(dirname "$0")/../tools/common.sh"
. "$(dirname "$0")/../tools/server.sh"

times=${PROOF_TIMES:-20}
prepare_server
start_cluster kills
failures=0

query() { run_psql -At -c "$1"; }
until_true() { # polls for up to a minute
    local try
    for try in $(seq 600); do
        [ "$(query "$1" 2>/dev/null)" != t ] || return 0
        sleep 0.1
    done
    say "still not true after a minute: $1"
    return 1
}
start_run() {
    run=$(query "SELECT pg_stress.start_test('$1', 'max', '$2', options => '{\"spi_workers\": 2, \"warmup_s\": 0}')")
    until_true "SELECT operations > 0 FROM pg_stress.live($run)"
}
pid_of() { query "SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'pg_stress $1'"; }
expect() { # STATES WHAT
    local state
    until_true "SELECT state ~ '^($1)\$' FROM pg_stress.run WHERE run_id = $run" &&
        until_true "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type LIKE 'pg_stress%'" && return 0
    state=$(query "SELECT state FROM pg_stress.run WHERE run_id = $run")
    say "$2: run $run is $state, expected $1"
    failures=$((failures + 1))
}
signal() { if is_root; then kill -s "$1" "$2"; else as_server kill -s "$1" "$2"; fi; }

query 'CREATE EXTENSION pg_stress'
query "CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label text NOT NULL);
       INSERT INTO item (label) SELECT 'l' || g FROM generate_series(1, 2000) g; ANALYZE item"

for time in $(seq "$times"); do
    start_run "worker terminated $time" '3 seconds'
    pid=$(pid_of worker)
    query "SELECT pg_terminate_backend($pid)" >/dev/null
    expect completed "SIGTERM of a worker"
    start_run "coordinator terminated $time" '5 minutes'
    query "SELECT pg_terminate_backend($(pid_of coordinator))" >/dev/null
    expect stopped "SIGTERM of the coordinator"
done
check_leftovers
for time in $(seq "$times"); do
    for victim in worker coordinator; do
        start_run "$victim killed $time" '5 minutes'
        signal KILL "$(pid_of $victim)"
        expect lost "SIGKILL of a $victim"
    done
    start_run "immediate $time" '5 minutes'
    as_server "$server_bin/pg_ctl" -D "$data" -m immediate -w -s stop
    as_server "$server_bin/pg_ctl" -D "$data" -l "$log" -w -s start
    expect lost "immediate stop of the server"
done
run=$(query "SELECT pg_stress.start_test('after all', 'max', '2 seconds')")
expect completed 'a run after all that'
stop_cluster
say "5 faults, $times times each: $failures failures"
[ $((failures + leftovers)) = 0 ]

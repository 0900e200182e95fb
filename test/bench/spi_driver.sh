#!/bin/bash
# The SPI driver beside pgbench, in interleaved pairs: select_only with 2 workers (TPS, CPU of an
# operation, what recording costs) and tpcb with 8 (synchronous_commit on and off). tpcb runs at a
# scale well above the number of clients: at 10, eight clients mostly queue for ten branches.
# PAIRS and LENGTH (seconds of a run) may be set.
. "$(dirname "$0")/../tools/common.sh"
. "$(dirname "$0")/../tools/server.sh"
. "$(dirname "$0")/lib/record.sh"

pairs=${PAIRS:-5} length=${LENGTH:-10}
prepare_server
start_cluster spi_driver 'shared_buffers = 512MB' 'max_wal_size = 8GB' 'max_worker_processes = 16' \
    'fsync = on' 'autovacuum = off'
client() { as_server PGHOST="$socket" PGUSER=postgres PGDATABASE=postgres "$@"; }
tables() { client "$server_bin/pgbench" -i -q -s "$1" >/dev/null 2>&1 && run_psql -c 'CHECKPOINT'; }
tables 10
run_psql -c 'CREATE EXTENSION pg_stress'

ours() { # WORKLOAD WORKERS: sets tps, and cpu in microseconds of an operation
    local run
    run=$(run_psql -At -c "SELECT pg_stress.start_test('bench', 'max', '$length seconds', workload => '$1', options => '{\"spi_workers\": $2, \"warmup_s\": 1}')")
    run_psql -At -c "CALL pg_stress.wait($run)" >/dev/null
    read -r tps cpu < <(run_psql -At -F ' ' -c "SELECT round(s.tps::numeric), round((1e6 * (r.tool_cpu_s - r.coordinator_cpu_s) / r.done)::numeric, 2) FROM pg_stress.run r JOIN pg_stress.run_summary s USING (run_id) WHERE run_id = $run AND r.state = 'completed' AND r.errors = 0")
}
theirs() { # ARGUMENTS: sets tps
    tps=$(client "$server_bin/pgbench" -n -M prepared -T "$length" "$@" 2>&1 | awk '/^tps/ { printf "%d", $3 }')
}
setting() { run_psql -c "LOAD 'pg_stress'" -c "ALTER SYSTEM SET $1" -c 'SELECT pg_reload_conf()' >/dev/null; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

worst=0
judge() { # TEXT VALUE at-least|at-most BOUND
    local holds
    holds=$(awk -v v="$2" -v b="$4" -v m="$3" 'BEGIN { print (m == "at-least" ? v >= b : v <= b) ? "holds" : "does not hold" }')
    say "$1: $2 (asked: ${3/-/ } $4; $holds)."
    [ "$holds" = holds ] || worst=1
}

select_only() {
    local i ratios=() costs=() cpus=() mine without
    ours select_only 2 # both warm
    theirs -S -c 2 -j 2
    say '| pair | SPI tps | CPU of an operation, µs | without recording, tps | pgbench tps | SPI / pgbench | recording costs |'
    say '|---|---|---|---|---|---|---|'
    for i in $(seq "$pairs"); do
        ours select_only 2 && mine=$tps && cpus+=("$cpu")
        setting 'pg_stress.record_times = off'
        ours select_only 2 && without=$tps
        setting 'pg_stress.record_times = on'
        theirs -S -c 2 -j 2
        ratios+=("$(ratio "$mine" "$tps")")
        costs+=("$(ratio "$((without - mine))" "$without")")
        say "| $i | $mine | ${cpus[-1]} | $without | $tps | ${ratios[-1]} | ${costs[-1]} |"
    done
    say ''
    judge 'Median ratio of TPS' "$(median "${ratios[@]}")" at-least 4
    judge 'Median CPU of an operation in µs' "$(median "${cpus[@]}")" at-most 4.5
    judge 'Median share that recording costs' "$(median "${costs[@]}")" at-most 0.02
}
tpcb() {
    local i commit ratios mine
    say '| synchronous_commit | pair | SPI tps | pgbench tps | ratio |'
    say '|---|---|---|---|---|'
    local results=()
    for commit in on off; do
        setting "synchronous_commit = $commit"
        ratios=()
        for i in $(seq "$pairs"); do
            ours tpcb 8 && mine=$tps
            theirs -c 8 -j 2
            ratios+=("$(ratio "$mine" "$tps")")
            say "| $commit | $i | $mine | $tps | ${ratios[-1]} |"
        done
        results+=("$(median "${ratios[@]}")")
    done
    setting 'synchronous_commit = on'
    say ''
    judge 'Median ratio with synchronous_commit on' "${results[0]}" at-least 1.2
    judge 'Median ratio with synchronous_commit off' "${results[1]}" at-least 1.2
}

select_only >"$PGS_RUN/select_only"
cat "$PGS_RUN/select_only"
tables 50
tpcb >"$PGS_RUN/tpcb"
cat "$PGS_RUN/tpcb"
{
    say "Workload select_only on pgbench's tables at scale 10, 2 SPI workers, against \`pgbench -n -S -M prepared -c 2 -j 2\`; each run $length s, interleaved."
    say ''
    cat "$PGS_RUN/select_only"
} | record_section 'SPI driver, select_only'
{
    say "Workload tpcb on pgbench's tables at scale 50, 8 SPI workers, against \`pgbench -n -M prepared -c 8 -j 2\`; fsync on; each run $length s, interleaved."
    say ''
    cat "$PGS_RUN/tpcb"
} | record_section 'SPI driver, tpcb'
check_leftovers
stop_cluster
exit $worst

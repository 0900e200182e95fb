#!/bin/bash
# A run of 60 s at intensity high on schemas that nobody wrote operations for: the sample shop,
# northwind where it is at hand, and one with every oddity. No dead worker, at most 1 % failed
# operations, every failure classified, no failed and at least three passed checks.
. "$(dirname "$0")/../tools/common.sh"
. "$(dirname "$0")/../tools/server.sh"

seconds=${PROOF_SECONDS:-60}
northwind=$top/../shared/schemas/northwind.sql
prepare_server
start_cluster high_load
failures=0

load() {
    case $1 in
    shop) run_psql -d shop -At -c "SELECT pg_stress.create_sample_shop(0.2)" >/dev/null ;;
    northwind) run_psql -d northwind <"$northwind" >/dev/null ;;
    odd) run_psql -d odd <test/proof/odd_schema.sql >/dev/null ;;
    esac
}
prove() {
    local name=$1 run result
    run_psql -c "CREATE DATABASE $name"
    run_psql -d "$name" -c "CREATE EXTENSION pg_stress"
    load "$name"
    run=$(run_psql -d "$name" -At -c "SELECT pg_stress.start_test('high on $name', 'high', '$seconds seconds')")
    run_psql -d "$name" -At -c "CALL pg_stress.wait($run)" >/dev/null
    run_psql -d "$name" -At -c "SELECT pg_stress.report($run)"
    result=$(run_psql -d "$name" -At <<SQL
SELECT concat_ws(', ',
    CASE WHEN s.state <> 'completed' THEN 'state ' || s.state END,
    CASE WHEN s.operations < 1000 THEN s.operations || ' operations only' END,
    CASE WHEN s.errors > 0.01 * (s.operations + s.errors) THEN s.errors || ' errors of ' || s.operations || ' operations' END,
    CASE WHEN e.unclassified > 0 THEN e.unclassified || ' failures without a class' END,
    CASE WHEN e.counted IS DISTINCT FROM r.failed THEN 'errors add up to ' || coalesce(e.counted, 0) || ', the run counts ' || r.failed END,
    CASE WHEN c.failed > 0 THEN c.failed || ' failed checks' END,
    CASE WHEN c.passed < 3 THEN 'only ' || c.passed || ' passed checks' END,
    CASE WHEN d.dead > 0 THEN d.dead || ' workers ended' END,
    CASE WHEN o.most_empty > 0.05 THEN 'an operation finds nothing to do in ' || round(100 * o.most_empty) || ' % of its calls: ' || o.name END)
FROM pg_stress.run_summary s
JOIN pg_stress.recorded_run r USING (run_id),
    LATERAL (SELECT count(*) FILTER (WHERE class IS NULL OR class = '') AS unclassified, coalesce(sum(count), 0) AS counted FROM pg_stress.run_error WHERE run_id = s.run_id) e,
    LATERAL (SELECT count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE status = 'passed') AS passed FROM pg_stress.run_check WHERE run_id = s.run_id) c,
    LATERAL (SELECT count(*) AS dead FROM pg_stress.run_event WHERE run_id = s.run_id AND kind = 'worker') d,
    LATERAL (SELECT max(empty::float8 / calls) AS most_empty, (array_agg(operation ORDER BY empty::float8 / calls DESC))[1] AS name FROM pg_stress.run_operation WHERE run_id = s.run_id AND calls >= 100) o
WHERE s.run_id = $run;
SQL
    )
    if [ -n "$result" ]; then
        say "high load on $name: $result"
        failures=$((failures + 1))
    else
        say "high load on $name: as it must be"
    fi
}

prove shop
prove odd
if [ -e "$northwind" ]; then prove northwind; else say "northwind is not at hand: left out"; fi
check_leftovers
stop_cluster
[ $((failures + leftovers)) = 0 ]

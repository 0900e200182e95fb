-- What came out of runs: functions on histograms, the views, and the calls that read or tidy runs.

CREATE FUNCTION pg_stress.histogram_percentile(histogram bytea, q double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'pg_stress_histogram_percentile';
COMMENT ON FUNCTION pg_stress.histogram_percentile(bytea, double precision) IS
'The value, in ms, below which the share q of the durations in a stored histogram lies; at most 1 % off. NULL where fewer than ten durations lie above it; q = 1 gives the largest. Errors: invalid_parameter_value for q outside 0 to 1, invalid_binary_representation for other bytes.';
REVOKE ALL ON FUNCTION pg_stress.histogram_percentile(bytea, double precision) FROM PUBLIC;

CREATE FUNCTION pg_stress.histogram_count(histogram bytea)
RETURNS bigint LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'pg_stress_histogram_count';
COMMENT ON FUNCTION pg_stress.histogram_count(bytea) IS
'How many durations a stored histogram holds.';
REVOKE ALL ON FUNCTION pg_stress.histogram_count(bytea) FROM PUBLIC;

CREATE FUNCTION pg_stress.histogram_add(state internal, histogram bytea)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'pg_stress_histogram_add';
COMMENT ON FUNCTION pg_stress.histogram_add(internal, bytea) IS 'Part of histogram_merge.';
REVOKE ALL ON FUNCTION pg_stress.histogram_add(internal, bytea) FROM PUBLIC;

CREATE FUNCTION pg_stress.histogram_result(state internal)
RETURNS bytea LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'pg_stress_histogram_result';
COMMENT ON FUNCTION pg_stress.histogram_result(internal) IS 'Part of histogram_merge.';
REVOKE ALL ON FUNCTION pg_stress.histogram_result(internal) FROM PUBLIC;

CREATE AGGREGATE pg_stress.histogram_merge(histogram bytea) (
    SFUNC = pg_stress.histogram_add,
    STYPE = internal,
    FINALFUNC = pg_stress.histogram_result,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_stress.histogram_merge(bytea) IS
'Merges stored histograms exactly, by adding their counts; NULLs are skipped.';
REVOKE ALL ON FUNCTION pg_stress.histogram_merge(bytea) FROM PUBLIC;

-- Deleted and written in one statement: nobody sees an interval twice or not at all. Counters of the
-- server add up; figures of the host are shares and rates, so they are averaged.
CREATE FUNCTION pg_stress.roll_up_samples(run bigint, from_second integer, to_second integer, width integer)
RETURNS void LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $roll_up$
WITH old AS (
    DELETE FROM pg_stress.recorded_sample AS s
    WHERE s.run_id = run AND s.second >= from_second AND s.second < to_second
        AND s.width < roll_up_samples.width
    RETURNING s.*)
INSERT INTO pg_stress.recorded_sample (run_id, second, width, operation, driver, calls, errors, retries,
    rows, response, sessions, missed)
SELECT o.run_id, o.second / roll_up_samples.width * roll_up_samples.width, roll_up_samples.width,
    o.operation, o.driver, sum(o.calls), sum(o.errors), sum(o.retries), sum(o.rows),
    pg_stress.histogram_merge(o.response), max(o.sessions), sum(o.missed)
FROM old AS o
GROUP BY o.run_id, o.second / roll_up_samples.width, o.operation, o.driver;

WITH old AS (
    DELETE FROM pg_stress.recorded_server AS s
    WHERE s.run_id = run AND s.second >= from_second AND s.second < to_second
        AND s.width < roll_up_samples.width
    RETURNING s.second / roll_up_samples.width * roll_up_samples.width AS slot, s.*),
counted AS (
    SELECT c.slot, jsonb_object_agg(c.view, c.counters) AS counters
    FROM (
        SELECT s.slot, s.view, jsonb_object_agg(s.counter, s.total) AS counters
        FROM (
            SELECT o.slot, v.key AS view, k.key AS counter, sum(k.value::numeric) AS total
            FROM old AS o, jsonb_each(o.counters) AS v, jsonb_each_text(v.value) AS k
            GROUP BY o.slot, v.key, k.key) AS s
        GROUP BY s.slot, s.view) AS c
    GROUP BY c.slot),
averaged AS (
    SELECT h.slot, jsonb_object_agg(h.key, h.mean) AS host
    FROM (
        SELECT o.slot, k.key, round(sum(k.value::numeric * o.width) / sum(o.width), 2) AS mean
        FROM old AS o, jsonb_each_text(o.host) AS k
        GROUP BY o.slot, k.key) AS h
    GROUP BY h.slot)
INSERT INTO pg_stress.recorded_server (run_id, second, width, counters, host)
SELECT run, d.slot, roll_up_samples.width, coalesce(c.counters, '{}'), coalesce(a.host, '{}')
FROM (SELECT DISTINCT o.slot FROM old AS o) AS d
LEFT JOIN counted AS c USING (slot)
LEFT JOIN averaged AS a USING (slot);
$roll_up$;
COMMENT ON FUNCTION pg_stress.roll_up_samples(bigint, integer, integer, integer) IS
'Merges a run''s samples of [from_second, to_second) into intervals of width seconds at multiples of width; exact. The coordinator of a long run calls it.';
REVOKE ALL ON FUNCTION pg_stress.roll_up_samples(bigint, integer, integer, integer) FROM PUBLIC;

CREATE FUNCTION pg_stress.run_is_alive(run bigint)
RETURNS boolean LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_stress_run_is_alive';
COMMENT ON FUNCTION pg_stress.run_is_alive(bigint) IS
'Whether that run of this database is at work: its coordinator is there.';
REVOKE ALL ON FUNCTION pg_stress.run_is_alive(bigint) FROM PUBLIC;

-- ---- views

CREATE VIEW pg_stress.run AS
SELECT r.run_id, r.name, r.intensity, r.workload, r.driver, r.target, r.baseline, r.seed, r.duration, r.warmup,
    r.options, r.note, r.role_name,
    CASE WHEN r.state IN ('completed', 'stopped', 'failed', 'lost') OR pg_stress.run_is_alive(r.run_id) THEN r.state ELSE 'lost' END AS state,
    r.reason, r.verdict, r.verdict_reasons, r.accepted_at, r.started_at, r.measured_from, r.measured_to,
    r.finished_at, r.setup, r.workload_definition, r.left_out, r.server_version, r.schema_fingerprint,
    r.statistics_fingerprint, r.data_fingerprint, r.scheduled, r.done, r.failed, r.missed, r.unfinished,
    r.measured_s, r.operations, r.errors, r.retries, r.empty, r.tool_cpu_s, r.coordinator_cpu_s,
    r.tool_wal_bytes, r.figures
FROM pg_stress.recorded_run AS r;
COMMENT ON VIEW pg_stress.run IS 'One row per run: what was asked, how it ran, how it ended.';
COMMENT ON COLUMN pg_stress.run.run_id IS 'number of the run';
COMMENT ON COLUMN pg_stress.run.name IS 'given to start_test; may repeat';
COMMENT ON COLUMN pg_stress.run.intensity IS 'preset of load';
COMMENT ON COLUMN pg_stress.run.workload IS 'workload expression that was asked for';
COMMENT ON COLUMN pg_stress.run.driver IS 'spi, pool or both';
COMMENT ON COLUMN pg_stress.run.target IS 'name of the target; NULL: this database';
COMMENT ON COLUMN pg_stress.run.baseline IS 'baseline it was reset to';
COMMENT ON COLUMN pg_stress.run.seed IS 'of the random numbers';
COMMENT ON COLUMN pg_stress.run.duration IS 'of the measured part, as asked';
COMMENT ON COLUMN pg_stress.run.warmup IS 'before it';
COMMENT ON COLUMN pg_stress.run.options IS 'as given to start_test';
COMMENT ON COLUMN pg_stress.run.note IS 'see set_note';
COMMENT ON COLUMN pg_stress.run.role_name IS 'role that called start_test';
COMMENT ON COLUMN pg_stress.run.state IS 'accepted, resetting, introspecting, warming, running, draining, finishing, completed, stopped, failed, or lost: neither ended nor at work';
COMMENT ON COLUMN pg_stress.run.reason IS 'why it was stopped, failed or lost';
COMMENT ON COLUMN pg_stress.run.verdict IS 'valid, generator-bound, host-noisy, not steady or too short';
COMMENT ON COLUMN pg_stress.run.verdict_reasons IS 'sentences';
COMMENT ON COLUMN pg_stress.run.started_at IS 'first operation';
COMMENT ON COLUMN pg_stress.run.setup IS 'how it really ran: workers, load, rate, think time, bursts, notes';
COMMENT ON COLUMN pg_stress.run.workload_definition IS 'the workload as it ran; create_workload takes it';
COMMENT ON COLUMN pg_stress.run.left_out IS 'what was not run, with the reason';
COMMENT ON COLUMN pg_stress.run.schema_fingerprint IS 'hash of columns, constraints and indexes of the workload''s tables';
COMMENT ON COLUMN pg_stress.run.statistics_fingerprint IS 'hash of their planner statistics';
COMMENT ON COLUMN pg_stress.run.data_fingerprint IS 'hash of their sizes and row estimates before the run';
COMMENT ON COLUMN pg_stress.run.scheduled IS 'operations of the whole run, warm-up included = done + failed + missed + unfinished';
COMMENT ON COLUMN pg_stress.run.missed IS 'starts skipped because a session was too far behind';
COMMENT ON COLUMN pg_stress.run.unfinished IS 'cut off at the end, or due and never started';
COMMENT ON COLUMN pg_stress.run.measured_s IS 'length of the measured part, s';
COMMENT ON COLUMN pg_stress.run.operations IS 'done in the measured part';
COMMENT ON COLUMN pg_stress.run.errors IS 'failed in it';
COMMENT ON COLUMN pg_stress.run.empty IS 'done, but found nothing to do';
COMMENT ON COLUMN pg_stress.run.tool_cpu_s IS 'processor time of coordinator and workers, s; in SPI workers the engine''s work is included';
COMMENT ON COLUMN pg_stress.run.coordinator_cpu_s IS 'of the coordinator alone, s';
COMMENT ON COLUMN pg_stress.run.tool_wal_bytes IS 'WAL that the coordinator wrote';
COMMENT ON COLUMN pg_stress.run.figures IS 'what the verdict was judged by; shares are of 1';
REVOKE ALL ON pg_stress.run FROM PUBLIC;

CREATE VIEW pg_stress.run_summary AS
SELECT r.run_id, r.name, r.intensity, r.workload, r.driver, r.state, r.verdict, r.started_at, r.finished_at,
    f.operations, f.errors, f.operations / nullif(f.seconds, 0) AS tps,
    pg_stress.histogram_percentile(f.response, 0.5) AS p50_ms, pg_stress.histogram_percentile(f.response, 0.95) AS p95_ms, pg_stress.histogram_percentile(f.response, 0.99) AS p99_ms, pg_stress.histogram_percentile(f.response, 0.999) AS p999_ms, f.max_ms
FROM pg_stress.run AS r
JOIN pg_stress.recorded_run AS o USING (run_id)
LEFT JOIN LATERAL (
    SELECT coalesce(sum(s.calls), 0)::bigint AS operations, coalesce(sum(s.errors), 0)::bigint AS errors,
        sum(s.width)::double precision AS seconds, pg_stress.histogram_merge(s.response) AS response
    FROM pg_stress.recorded_sample AS s
    WHERE s.run_id = r.run_id AND s.operation = '' AND s.second >= 0) AS p ON o.operations IS NULL
CROSS JOIN LATERAL (
    SELECT coalesce(o.operations, p.operations) AS operations, coalesce(o.errors, p.errors) AS errors,
        coalesce(o.measured_s, p.seconds) AS seconds, coalesce(o.response, p.response) AS response,
        CASE WHEN o.operations IS NULL THEN pg_stress.histogram_percentile(p.response, 1)
            ELSE (SELECT max(m.max_ms) FROM pg_stress.recorded_operation AS m WHERE m.run_id = r.run_id) END AS max_ms) AS f;
COMMENT ON VIEW pg_stress.run_summary IS 'The headline figures of each run, of its measured part. A run that is at work or was lost has those of its samples. Percentiles are response times, from the intended start; NULL where fewer than ten operations lie above them.';
COMMENT ON COLUMN pg_stress.run_summary.run_id IS 'number of the run';
COMMENT ON COLUMN pg_stress.run_summary.operations IS 'completed operations';
COMMENT ON COLUMN pg_stress.run_summary.errors IS 'failed operations';
COMMENT ON COLUMN pg_stress.run_summary.tps IS 'completed operations per second';
COMMENT ON COLUMN pg_stress.run_summary.p50_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_summary.p95_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_summary.p99_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_summary.p999_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_summary.max_ms IS 'ms';
REVOKE ALL ON pg_stress.run_summary FROM PUBLIC;

CREATE VIEW pg_stress.run_operation AS
SELECT o.run_id, o.operation, o.family, o.driver, o.calls, o.errors, o.retries, o.empty, o.rows,
    o.calls / nullif(r.measured_s, 0) AS tps, o.response_sum_ms / nullif(o.calls, 0) AS mean_ms,
    pg_stress.histogram_percentile(o.response, 0.5) AS p50_ms, pg_stress.histogram_percentile(o.response, 0.95) AS p95_ms, pg_stress.histogram_percentile(o.response, 0.99) AS p99_ms, o.max_ms,
    pg_stress.histogram_percentile(o.service, 0.5) AS service_p50_ms,
    pg_stress.histogram_percentile(o.service, 0.99) AS service_p99_ms,
    o.response_sum_ms / nullif(sum(o.response_sum_ms) OVER (PARTITION BY o.run_id, o.driver), 0) AS time_share,
    o.own_chaos, o.suspended
FROM pg_stress.recorded_operation AS o
JOIN pg_stress.recorded_run AS r USING (run_id)
UNION ALL
SELECT s.run_id, s.operation,
    (SELECT d.value ->> 'family' FROM pg_catalog.jsonb_array_elements(s.definition -> 'operations') AS d WHERE d.value ->> 'name' = s.operation LIMIT 1),
    s.driver, s.calls, s.errors, s.retries, NULL, s.rows, s.calls / nullif(s.seconds, 0), NULL,
    pg_stress.histogram_percentile(s.response, 0.5), pg_stress.histogram_percentile(s.response, 0.95),
    pg_stress.histogram_percentile(s.response, 0.99), pg_stress.histogram_percentile(s.response, 1),
    NULL, NULL, NULL, NULL, NULL
FROM (
    SELECT m.run_id, m.operation, m.driver, r.workload_definition AS definition, sum(m.calls)::bigint AS calls,
        sum(m.errors)::bigint AS errors, sum(m.retries)::bigint AS retries, sum(m.rows)::bigint AS rows,
        pg_stress.histogram_merge(m.response) AS response,
        (SELECT sum(w.width)::double precision FROM pg_stress.recorded_sample AS w WHERE w.run_id = m.run_id AND w.operation = '' AND w.second >= 0) AS seconds
    FROM pg_stress.recorded_sample AS m
    JOIN pg_stress.recorded_run AS r USING (run_id)
    WHERE m.operation <> '' AND m.second >= 0 AND r.operations IS NULL
    GROUP BY m.run_id, m.operation, m.driver, r.workload_definition) AS s;
COMMENT ON VIEW pg_stress.run_operation IS 'Figures of each operation of the measured part, per driver. A run that is at work or was lost has those of its samples.';
COMMENT ON COLUMN pg_stress.run_operation.driver IS 'spi or pool; never mixed';
COMMENT ON COLUMN pg_stress.run_operation.calls IS 'completed';
COMMENT ON COLUMN pg_stress.run_operation.errors IS 'failed';
COMMENT ON COLUMN pg_stress.run_operation.retries IS 'attempts repeated after 40001 or 40P01';
COMMENT ON COLUMN pg_stress.run_operation.empty IS 'of the calls, those that found nothing to do';
COMMENT ON COLUMN pg_stress.run_operation.rows IS 'read or written';
COMMENT ON COLUMN pg_stress.run_operation.tps IS 'calls per second';
COMMENT ON COLUMN pg_stress.run_operation.mean_ms IS 'mean response time, ms';
COMMENT ON COLUMN pg_stress.run_operation.p50_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_operation.p95_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_operation.p99_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_operation.max_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_operation.service_p50_ms IS 'from the actual start, ms';
COMMENT ON COLUMN pg_stress.run_operation.service_p99_ms IS 'likewise, ms';
COMMENT ON COLUMN pg_stress.run_operation.time_share IS 'of the response time of all operations, of 1';
COMMENT ON COLUMN pg_stress.run_operation.own_chaos IS 'failures that the run itself caused on purpose; not in errors';
COMMENT ON COLUMN pg_stress.run_operation.suspended IS 'given up after failures without end';
REVOKE ALL ON pg_stress.run_operation FROM PUBLIC;

CREATE VIEW pg_stress.run_sample AS
SELECT s.run_id, s.second, s.width, s.operation, s.driver, s.calls, s.errors, s.retries, s.rows,
    s.calls::double precision / s.width AS tps,
    pg_stress.histogram_percentile(s.response, 0.5) AS p50_ms, pg_stress.histogram_percentile(s.response, 0.95) AS p95_ms, pg_stress.histogram_percentile(s.response, 0.99) AS p99_ms, pg_stress.histogram_percentile(s.response, 1) AS max_ms, s.sessions, s.missed
FROM pg_stress.recorded_sample AS s;
COMMENT ON VIEW pg_stress.run_sample IS 'Figures per interval: a second; 10 s after ten minutes, 60 s after two hours, 300 s after twelve hours.';
COMMENT ON COLUMN pg_stress.run_sample.second IS 'of the measured part, begin of the interval; negative in the warm-up';
COMMENT ON COLUMN pg_stress.run_sample.width IS 'of the interval, s';
COMMENT ON COLUMN pg_stress.run_sample.operation IS 'empty text: all together';
COMMENT ON COLUMN pg_stress.run_sample.calls IS 'completed';
COMMENT ON COLUMN pg_stress.run_sample.tps IS 'calls per second';
COMMENT ON COLUMN pg_stress.run_sample.p50_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_sample.p95_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_sample.p99_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_sample.max_ms IS 'ms, at most 1 % off';
COMMENT ON COLUMN pg_stress.run_sample.sessions IS 'that were allowed to run';
COMMENT ON COLUMN pg_stress.run_sample.missed IS 'starts skipped';
REVOKE ALL ON pg_stress.run_sample FROM PUBLIC;

CREATE VIEW pg_stress.run_server AS
SELECT s.run_id, s.second, s.width, s.counters, s.host
FROM pg_stress.recorded_server AS s;
COMMENT ON VIEW pg_stress.run_server IS 'Differences of the server''s counters, and the state of the host, per interval.';
COMMENT ON COLUMN pg_stress.run_server.second IS 'of the measured part, begin of the interval';
COMMENT ON COLUMN pg_stress.run_server.width IS 's';
COMMENT ON COLUMN pg_stress.run_server.counters IS '{"view": {"counter": difference}}; zeros are left out';
COMMENT ON COLUMN pg_stress.run_server.host IS 'shares of the processors'' time in %, disk rates per second, memory in MB; what is not readable is absent';
REVOKE ALL ON pg_stress.run_server FROM PUBLIC;

CREATE VIEW pg_stress.run_statement AS
SELECT s.run_id, s.operation, s.step, s.driver, s.query_id, s.query, s.calls, s.rows, s.total_ms,
    s.total_ms / nullif(s.calls, 0) AS mean_ms, s.server
FROM pg_stress.recorded_statement AS s;
COMMENT ON VIEW pg_stress.run_statement IS 'Executions of each step of each operation in the whole run, warm-up included.';
COMMENT ON COLUMN pg_stress.run_statement.step IS 'from 0';
COMMENT ON COLUMN pg_stress.run_statement.query_id IS 'NULL where compute_query_id is off';
COMMENT ON COLUMN pg_stress.run_statement.calls IS 'successful executions';
COMMENT ON COLUMN pg_stress.run_statement.total_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_statement.mean_ms IS 'ms';
COMMENT ON COLUMN pg_stress.run_statement.server IS 'differences of pg_stat_statements for that query_id';
REVOKE ALL ON pg_stress.run_statement FROM PUBLIC;

CREATE VIEW pg_stress.run_table AS
SELECT t.run_id, t.table_name, (t.before ->> 'rows')::bigint AS rows_before, (t.after ->> 'rows')::bigint AS rows_after,
    (t.before ->> 'table_bytes')::bigint + (t.before ->> 'index_bytes')::bigint AS bytes_before,
    (t.after ->> 'table_bytes')::bigint + (t.after ->> 'index_bytes')::bigint AS bytes_after,
    (t.after ->> 'inserted')::bigint - (t.before ->> 'inserted')::bigint AS inserted,
    (t.after ->> 'updated')::bigint - (t.before ->> 'updated')::bigint AS updated,
    (t.after ->> 'deleted')::bigint - (t.before ->> 'deleted')::bigint AS deleted,
    (t.after ->> 'hot_updated')::bigint - (t.before ->> 'hot_updated')::bigint AS hot_updated,
    (t.after ->> 'seq_scans')::bigint - (t.before ->> 'seq_scans')::bigint AS seq_scans,
    (t.after ->> 'index_scans')::bigint - (t.before ->> 'index_scans')::bigint AS index_scans,
    (t.after ->> 'vacuums')::bigint - (t.before ->> 'vacuums')::bigint AS vacuums,
    (t.after ->> 'analyzes')::bigint - (t.before ->> 'analyzes')::bigint AS analyzes
FROM pg_stress.recorded_table AS t;
COMMENT ON VIEW pg_stress.run_table IS 'Tables of the workload, partitions included, before and after; NULL while the run is at work.';
COMMENT ON COLUMN pg_stress.run_table.table_name IS 'schema.table, quoted';
COMMENT ON COLUMN pg_stress.run_table.rows_before IS 'estimate';
COMMENT ON COLUMN pg_stress.run_table.rows_after IS 'estimate';
COMMENT ON COLUMN pg_stress.run_table.bytes_before IS 'table and indexes';
COMMENT ON COLUMN pg_stress.run_table.bytes_after IS 'table and indexes';
COMMENT ON COLUMN pg_stress.run_table.inserted IS 'rows, by the server''s counters, rolled-back ones included';
COMMENT ON COLUMN pg_stress.run_table.updated IS 'rows';
COMMENT ON COLUMN pg_stress.run_table.deleted IS 'rows';
COMMENT ON COLUMN pg_stress.run_table.hot_updated IS 'rows';
COMMENT ON COLUMN pg_stress.run_table.vacuums IS 'manual and automatic';
COMMENT ON COLUMN pg_stress.run_table.analyzes IS 'manual and automatic';
REVOKE ALL ON pg_stress.run_table FROM PUBLIC;

CREATE VIEW pg_stress.run_wait AS
SELECT w.run_id, w.operation, w.driver, w.wait_type, w.wait_event, w.samples,
    w.samples / sum(w.samples) OVER (PARTITION BY w.run_id)::double precision AS share
FROM pg_stress.recorded_wait AS w;
COMMENT ON VIEW pg_stress.run_wait IS 'What workers waited for while they executed an operation, sampled some 25 times a second in the measured part.';
COMMENT ON COLUMN pg_stress.run_wait.wait_type IS 'as in pg_stat_activity; CPU: waited for nothing';
COMMENT ON COLUMN pg_stress.run_wait.share IS 'of all samples of the run, of 1';
REVOKE ALL ON pg_stress.run_wait FROM PUBLIC;

CREATE VIEW pg_stress.run_error AS
SELECT e.run_id, e.operation, e.driver, e.sqlstate, e.class, e.count, e.message
FROM pg_stress.recorded_error AS e;
COMMENT ON VIEW pg_stress.run_error IS 'Failures per operation and SQLSTATE, whole run.';
COMMENT ON COLUMN pg_stress.run_error.class IS 'contention, timeout, resource, configuration, connection, constraint, application or own chaos';
COMMENT ON COLUMN pg_stress.run_error.message IS 'the first one';
REVOKE ALL ON pg_stress.run_error FROM PUBLIC;

CREATE VIEW pg_stress.run_event AS
SELECT e.run_id, e.number, e.at, e.second, e.kind, e.message
FROM pg_stress.recorded_event AS e;
COMMENT ON VIEW pg_stress.run_event IS 'The time line of a run.';
COMMENT ON COLUMN pg_stress.run_event.number IS 'order';
COMMENT ON COLUMN pg_stress.run_event.second IS 'of the measured part; NULL before it';
REVOKE ALL ON pg_stress.run_event FROM PUBLIC;

CREATE VIEW pg_stress.run_check AS
SELECT c.run_id, c.check_name, c.status, c.expected, c.actual, c.detail
FROM pg_stress.recorded_check AS c;
COMMENT ON VIEW pg_stress.run_check IS 'What the run counted beside what the server counted.';
COMMENT ON COLUMN pg_stress.run_check.check_name IS 'operations accounted, latency histogram total, transactions, rows inserted, rows updated, rows deleted, statements, foreign keys';
COMMENT ON COLUMN pg_stress.run_check.status IS 'passed, failed or not checked';
COMMENT ON COLUMN pg_stress.run_check.expected IS 'counted by the run';
COMMENT ON COLUMN pg_stress.run_check.actual IS 'counted by the server, or found';
REVOKE ALL ON pg_stress.run_check FROM PUBLIC;

CREATE VIEW pg_stress.run_setting AS
SELECT s.run_id, s.name, s.before, s.after, s.unit, s.source, s.is_default,
    s.after IS NOT NULL AND s.after IS DISTINCT FROM s.before AS changed
FROM pg_stress.recorded_setting AS s;
COMMENT ON VIEW pg_stress.run_setting IS 'Settings of the server before and after, as the run''s role saw them.';
COMMENT ON COLUMN pg_stress.run_setting.after IS 'NULL while the run is at work';
COMMENT ON COLUMN pg_stress.run_setting.changed IS 'during the run';
REVOKE ALL ON pg_stress.run_setting FROM PUBLIC;

CREATE VIEW pg_stress.run_host AS
SELECT h.run_id, h.name, h.value
FROM pg_stress.recorded_host AS h;
COMMENT ON VIEW pg_stress.run_host IS 'Facts of the host: processors, memory, kernel, clock source, file system; what is not readable is absent.';
REVOKE ALL ON pg_stress.run_host FROM PUBLIC;

-- ---- calls

CREATE FUNCTION pg_stress.live(
    run bigint DEFAULT NULL,
    OUT run_id bigint, OUT name text, OUT state text, OUT elapsed_s double precision,
    OUT remaining_s double precision, OUT sessions integer, OUT operations bigint, OUT errors bigint,
    OUT tps double precision, OUT p50_ms double precision, OUT p95_ms double precision,
    OUT p99_ms double precision)
RETURNS SETOF record LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_stress_live';
COMMENT ON FUNCTION pg_stress.live(bigint) IS
'Figures of the runs at work in this database (or of the one given), read from shared memory; they change once a second. elapsed_s and remaining_s are of the measured part (remaining_s NULL: until a count is reached); operations and errors of the measured part so far; tps of the last second; percentiles of response times in ms over the last ten seconds, NULL where too few. No rows when nothing runs.';
REVOKE ALL ON FUNCTION pg_stress.live(bigint) FROM PUBLIC;

CREATE FUNCTION pg_stress.status(
    OUT run_id bigint, OUT name text, OUT state text, OUT verdict text, OUT elapsed_s double precision,
    OUT remaining_s double precision, OUT sessions integer, OUT operations bigint, OUT errors bigint,
    OUT tps double precision, OUT p99_ms double precision, OUT finished_at timestamptz)
RETURNS SETOF record LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_stress_status';
COMMENT ON FUNCTION pg_stress.status() IS
'The runs at work in this database, or when there is none the last run. Columns as in live(); of an ended run elapsed_s is the length of its measured part and tps its mean.';
REVOKE ALL ON FUNCTION pg_stress.status() FROM PUBLIC;

CREATE FUNCTION pg_stress.set_note(run bigint, note text)
RETURNS void LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_set_note';
COMMENT ON FUNCTION pg_stress.set_note(bigint, text) IS
'Keeps a note with a run; NULL removes it. Errors: no_data_found with the latest runs; insufficient_privilege for the run of a role that the caller is not a member of.';
REVOKE ALL ON FUNCTION pg_stress.set_note(bigint, text) FROM PUBLIC;

CREATE FUNCTION pg_stress.drop_test(run bigint)
RETURNS void LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_drop_test';
COMMENT ON FUNCTION pg_stress.drop_test(bigint) IS
'Deletes all that is recorded of a run. Errors: object_in_use while it is at work; no_data_found with the latest runs; insufficient_privilege for the run of a role that the caller is not a member of.';
REVOKE ALL ON FUNCTION pg_stress.drop_test(bigint) FROM PUBLIC;

CREATE FUNCTION pg_stress.purge(older_than interval)
RETURNS integer LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_purge';
COMMENT ON FUNCTION pg_stress.purge(interval) IS
'Deletes all runs that ended longer ago and that the caller may drop; returns how many.';
REVOKE ALL ON FUNCTION pg_stress.purge(interval) FROM PUBLIC;

CREATE FUNCTION pg_stress.report(run bigint DEFAULT NULL, format text DEFAULT 'text')
RETURNS text LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_report';
COMMENT ON FUNCTION pg_stress.report(bigint, text) IS
'The report of a run (NULL: the latest) as text, markdown or json; the verdict comes first. Keys of json, which stay: run_id, name, verdict, verdict_reasons, state, reason, note, setup {intensity, workload, driver, role, seed, server_version, options, load, rate, arrival, think_time_ms, workers, workers_wanted, warmup_s, accepted_at, finished_at, notes}, figures {measured_s, operations, errors, retries, empty, tps, p50_ms, p95_ms, p99_ms, p999_ms, max_ms, start_lag_p99_ms, corrected_p99_ms}, counts {scheduled, done, failed, missed, unfinished}, operations [{operation, family, driver, calls, errors, retries, empty, rows, tps, time_share, mean_ms, p50_ms, p95_ms, p99_ms, max_ms, suspended}], waits [{type, event, samples, share}], errors [{class, sqlstate, operation, count, message}], checks [{check_name, status, expected, actual, detail}], events [{second, at, kind, message}], tables [{table_name, rows_before, rows_after, bytes_before, bytes_after, inserted, updated, deleted}], settings_changed [{name, before, after, unit}], host, host_mean, server_per_operation, left_out [{family, constraint, reason, objects}], own_share {tool_cpu_s, coordinator_cpu_s, wal_bytes, other_share, steal_share}. Errors: invalid_parameter_value for another format; no_data_found for an unknown run, with the latest ones.';
REVOKE ALL ON FUNCTION pg_stress.report(bigint, text) FROM PUBLIC;

-- Whoever may monitor the server may read results; functions in a view are called by its reader.
GRANT SELECT ON pg_stress.run,
    pg_stress.run_summary,
    pg_stress.run_operation,
    pg_stress.run_sample,
    pg_stress.run_server,
    pg_stress.run_statement,
    pg_stress.run_table,
    pg_stress.run_wait,
    pg_stress.run_error,
    pg_stress.run_event,
    pg_stress.run_check,
    pg_stress.run_setting,
    pg_stress.run_host TO pg_monitor;
GRANT EXECUTE ON FUNCTION pg_stress.histogram_percentile(bytea, double precision),
    pg_stress.histogram_count(bytea), pg_stress.histogram_merge(bytea),
    pg_stress.run_is_alive(bigint), pg_stress.live(bigint), pg_stress.status(),
    pg_stress.report(bigint, text) TO pg_monitor;

-- Views, report and tidying of runs, on rows made by hand.
SET search_path = pg_catalog, pg_temp;
\pset null '(null)'

-- histograms: pairs of bucket distance and count. 0x40 is 64 ns; 0xe807 is 1000.
SELECT pg_stress.histogram_count('\x40e807') AS n,
    pg_stress.histogram_percentile('\x40e807', 0.5) AS p50,
    pg_stress.histogram_percentile('\x40e807', 0.99) AS p99,
    pg_stress.histogram_percentile('\x40e807', 0.999) AS p999_too_few,
    pg_stress.histogram_percentile('\x40e807', 1) AS largest;
SELECT pg_stress.histogram_count('') AS n, pg_stress.histogram_percentile('', 0.5) AS p50,
    pg_stress.histogram_percentile('', 1) AS largest;
SELECT pg_stress.histogram_merge(h), pg_stress.histogram_count(pg_stress.histogram_merge(h))
FROM (VALUES ('\x40e807'::bytea), (NULL), (''), ('\x40e8070501')) AS v (h);
SELECT pg_stress.histogram_merge(NULL::bytea);
SELECT pg_stress.histogram_count('\xffff');
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT pg_stress.histogram_percentile('', 1.5);
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT pg_stress.report();
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT pg_stress.report(7);
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT count(*) AS status_without_runs FROM pg_stress.status();

-- a finished run, a lost one, and one that never measured
INSERT INTO pg_stress.recorded_run (run_id, name, intensity, workload, driver, seed, duration, warmup,
    options, role_name, state, verdict, verdict_reasons, accepted_at, finished_at, workload_definition,
    left_out, setup, server_version, scheduled, done, failed, missed, unfinished, measured_s, operations,
    errors, retries, empty, response, service, start_lag, tool_cpu_s, coordinator_cpu_s,
    tool_wal_bytes, figures)
OVERRIDING SYSTEM VALUE VALUES
    (1, 'first', 'medium', 'auto', 'spi', 42, '60 s', '6 s', '{"rate": 100}', current_user,
     'completed', 'too short', '{"Only 60 operations were measured."}', '2026-01-01', '2026-01-02',
     '{"operations": []}',
     '[{"object": "shop.a", "family": "insert", "constraint": "a_check", "reason": "a CHECK"},
       {"object": "shop.b", "family": "insert", "constraint": "", "reason": "a CHECK"},
       {"object": "shop.c", "family": "delete", "constraint": "", "reason": "referenced"}]',
     '{"workers": 3, "workers_wanted": 50, "load": "open", "rate": 100, "arrival": "poisson", "notes": ["A note."]}',
     'PostgreSQL 15.20 on this machine', 1014, 1000, 3, 2, 9, 60, 1000, 3, 1, 10,
     '\xba07e807', '\xba07e807', '\xba07e807', 12.5, 2.5, 1048576, '{"start_lag_p99_ms": 1.5}'),
    (2, 'second', 'low', 'auto', 'spi', 1, '60 s', '6 s', '{}', current_user, 'running', NULL, NULL,
     '2026-01-03', NULL, '{"operations": [{"name": "read", "family": "point_read"}]}', '[]',
     '{"workers": 1, "load": "closed"}', 'PostgreSQL 15.20', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}'),
    (3, 'third', 'low', 'auto', 'spi', 1, '60 s', '6 s', '{}', current_user, 'failed', 'too short', '{}',
     '2026-01-04', '2026-01-04', '{"operations": []}', '[]', '{}', 'PostgreSQL 15.20', 0, 0, 0, 0, 0, 0, 0,
     0, 0, 0, '', '', '', NULL, NULL, NULL, '{}');
INSERT INTO pg_stress.recorded_operation VALUES
    (1, 'read', 'spi', 'point_read', 1, 990, 1, 0, 10, 990, 0, false, 75, 3.25, '\xba07de07', '\xba07de07'),
    (1, 'write', 'spi', 'insert', 1, 10, 2, 1, 0, 10, 0, true, 25, 9.5, '\xba070a', '\xba070a');
INSERT INTO pg_stress.recorded_sample VALUES
    (2, -1, 1, '', 'spi', 500, 0, 0, 500, '\xba07f403', 1, 0),
    (2, 0, 1, '', 'spi', 1000, 1, 0, 1000, '\xba07e807', 1, 0),
    (2, 0, 1, 'read', 'spi', 1000, 1, 0, 1000, '\xba07e807', NULL, NULL),
    (2, 1, 10, '', 'spi', 1000, 0, 2, 1000, '\xba07e807', 1, 0),
    (2, 1, 10, 'read', 'spi', 1000, 0, 2, 1000, '\xba07e807', NULL, NULL);
INSERT INTO pg_stress.recorded_wait VALUES
    (1, 'read', 'spi', 'CPU', 'running', 75), (1, 'write', 'spi', 'IO', 'WALSync', 25);
INSERT INTO pg_stress.recorded_error VALUES
    (1, 'write', 'spi', '23505', 'constraint', 2, 'duplicate key value | "x"
second line');
INSERT INTO pg_stress.recorded_check VALUES
    (1, 'transactions', 'passed', '1000', '1010', 'A lower bound only.'),
    (1, 'statements', 'not checked', NULL, NULL, 'Not there.'),
    (1, 'rows inserted', 'failed', '10', '9', 'One is missing.');
INSERT INTO pg_stress.recorded_event VALUES
    (1, 1, '2026-01-01', NULL, 'state', 'warming'), (1, 2, '2026-01-01', 12.3, 'burst', '3 sessions');
INSERT INTO pg_stress.recorded_table VALUES
    (1, 'shop.orders',
     '{"rows": 10, "table_bytes": 8192, "index_bytes": 16384, "inserted": 10, "updated": 0, "deleted": 0, "hot_updated": 0, "seq_scans": 1, "index_scans": 5, "vacuums": 0, "analyzes": 0}',
     '{"rows": 20, "table_bytes": 16384, "index_bytes": 16384, "inserted": 20, "updated": 3, "deleted": 0, "hot_updated": 1, "seq_scans": 1, "index_scans": 9, "vacuums": 1, "analyzes": 0}'),
    (2, 'shop.orders', '{"rows": 10}', NULL);
INSERT INTO pg_stress.recorded_setting VALUES
    (1, 'work_mem', '4096', '8192', 'kB', 'default', true), (1, 'jit', 'on', 'on', NULL, 'default', true),
    (2, 'jit', 'on', NULL, NULL, 'default', true);
INSERT INTO pg_stress.recorded_host VALUES (1, 'cpu_count', '2');
INSERT INTO pg_stress.recorded_server VALUES
    (1, 0, 1, '{"wal": {"wal_bytes": 2006}, "database": {"blks_hit": 4012}}', '{"cpu_user_pct": 50}'),
    (1, 1, 3, '{"wal": {"wal_bytes": 2006}}', '{"cpu_user_pct": 10}');
INSERT INTO pg_stress.recorded_statement VALUES
    (1, 'read', 0, 'spi', NULL, 'SELECT 1', 4, 4, 10, NULL);

SELECT run_id, name, intensity, workload, driver, state, verdict, finished_at IS NULL AS unfinished,
    operations, errors, tps, p50_ms, p95_ms, p99_ms, p999_ms, max_ms
FROM pg_stress.run_summary ORDER BY run_id;
SELECT run_id, operation, family, driver, calls, errors, retries, empty, rows, tps, mean_ms, p50_ms,
    p95_ms, p99_ms, max_ms, time_share, suspended
FROM pg_stress.run_operation ORDER BY run_id, operation;
SELECT run_id, second, width, operation, calls, tps, p50_ms, p99_ms, max_ms, sessions
FROM pg_stress.run_sample ORDER BY run_id, second, operation;
SELECT run_id, state, reason, verdict FROM pg_stress.run ORDER BY run_id;
SELECT run_id, wait_type, wait_event, samples, share FROM pg_stress.run_wait ORDER BY 1, 2;
SELECT run_id, table_name, rows_after, bytes_before, bytes_after, inserted, updated, vacuums
FROM pg_stress.run_table ORDER BY run_id;
SELECT run_id, name, before, after, changed FROM pg_stress.run_setting ORDER BY run_id, name;
SELECT run_id, operation, step, calls, mean_ms FROM pg_stress.run_statement;
SELECT run_id, name, state, verdict, elapsed_s, operations FROM pg_stress.status();
SELECT count(*) AS live FROM pg_stress.live();
-- the columns that scripts read come first, in this order
SELECT attrelid::regclass AS view, string_agg(attname, ', ' ORDER BY attnum) AS columns
FROM pg_attribute
WHERE attrelid IN ('pg_stress.run_summary'::regclass, 'pg_stress.run_operation'::regclass, 'pg_stress.run_check'::regclass)
    AND attnum BETWEEN 1 AND 17
GROUP BY attrelid ORDER BY attrelid::regclass::text;

-- intervals of long runs merge exactly; a wider one, and the warm-up, stay
BEGIN;
UPDATE pg_stress.recorded_sample SET second = second + 6 WHERE second > 0;
SELECT pg_stress.roll_up_samples(2, 0, 10, 10), pg_stress.roll_up_samples(1, 0, 10, 10);
SELECT run_id, second, width, operation, calls, errors, retries, pg_stress.histogram_count(response)
FROM pg_stress.recorded_sample ORDER BY second, operation;
INSERT INTO pg_stress.recorded_sample
    SELECT run_id, 20 + g, 1, operation, driver, g, 1, 1, g, '\xba0701', 2, g
    FROM pg_stress.recorded_sample, generate_series(0, 19) AS g WHERE second = 0;
SELECT pg_stress.roll_up_samples(2, 20, 40, 10);
SELECT second, width, operation, calls, errors, pg_stress.histogram_count(response) AS n, sessions, missed
FROM pg_stress.recorded_sample WHERE second >= 20 ORDER BY second, operation;
SELECT * FROM pg_stress.recorded_server;
ROLLBACK;

\pset format unaligned
\pset tuples_only on
SELECT replace(pg_stress.report(1), current_user, 'ROLE');
SELECT replace(pg_stress.report(1, 'markdown'), current_user, 'ROLE');
SELECT jsonb_pretty(pg_stress.report(1, 'json')::jsonb #- '{setup,accepted_at}' #- '{setup,finished_at}' #- '{setup,role}' #- '{events}');
SELECT replace(pg_stress.report(2), current_user, 'ROLE');
SELECT split_part(pg_stress.report(), E'\n', 1);
\pset format aligned
\pset tuples_only off
SELECT pg_stress.report(1, 'html');
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT pg_stress.report(99);
\echo SQLSTATE :LAST_ERROR_SQLSTATE

-- notes, dropping, purging
SELECT pg_stress.set_note(1, 'after the upgrade');
SELECT note FROM pg_stress.run WHERE run_id = 1;
SELECT pg_stress.set_note(1, NULL);
SELECT note FROM pg_stress.run WHERE run_id = 1;
SELECT pg_stress.set_note(99, 'x');
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT pg_stress.drop_test(99);
\echo SQLSTATE :LAST_ERROR_SQLSTATE

-- others may not change it, and need no more than pg_monitor to read it
CREATE ROLE regress_reader;
GRANT pg_monitor TO regress_reader;
GRANT EXECUTE ON FUNCTION pg_stress.set_note(bigint, text), pg_stress.drop_test(bigint),
    pg_stress.purge(interval) TO regress_reader;
UPDATE pg_stress.recorded_run SET role_name = 'pg_signal_backend';
SET ROLE regress_reader;
SELECT run_id, state, p50_ms FROM pg_stress.run_summary ORDER BY run_id;
SELECT split_part(pg_stress.report(1), E'\n', 1) AS title;
SELECT pg_stress.set_note(1, 'x');
\echo SQLSTATE :LAST_ERROR_SQLSTATE
SELECT pg_stress.drop_test(1);
SELECT pg_stress.purge('1 day');
SELECT count(*) FROM pg_stress.recorded_run;
\echo SQLSTATE :LAST_ERROR_SQLSTATE
RESET ROLE;
UPDATE pg_stress.recorded_run SET role_name = 'regress_reader' WHERE run_id = 3;
SET ROLE regress_reader;
SELECT pg_stress.purge('1 day');
RESET ROLE;
SELECT pg_stress.drop_test(1);
SELECT run_id FROM pg_stress.run ORDER BY run_id;
SELECT count(*) AS rows_left FROM pg_stress.recorded_operation;
SELECT pg_stress.purge('-1 day');
SELECT count(*) AS runs_left, (SELECT count(*) FROM pg_stress.recorded_sample) AS samples_left FROM pg_stress.run;
REVOKE ALL ON FUNCTION pg_stress.set_note(bigint, text), pg_stress.drop_test(bigint),
    pg_stress.purge(interval) FROM regress_reader;
DROP ROLE regress_reader;

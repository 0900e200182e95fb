-- Starting, steering and stopping runs.

CREATE TABLE pg_stress.intensity (
    name text PRIMARY KEY,
    description text NOT NULL,
    bursts jsonb,                 -- [{"sessions": n, "seconds": s, "weight": w}]; NULL: all sessions, all the time
    pause_seconds double precision[] NOT NULL DEFAULT '{0,0}', -- shortest and longest between bursts
    think_time_ms double precision NOT NULL CHECK (think_time_ms >= 0), -- mean; 0: closed loop
    chaos_share double precision NOT NULL DEFAULT 0 CHECK (chaos_share BETWEEN 0 AND 1),
    mix jsonb NOT NULL DEFAULT '{}',
    builtin boolean NOT NULL DEFAULT false,
    CHECK (pg_catalog.array_length(pause_seconds, 1) = 2)
);
COMMENT ON TABLE pg_stress.intensity IS 'Presets of load: bursts of sessions, their order drawn by the seed and scaled to the duration (at least six in a run), with pauses in which one session goes on; mean think time between the starts of a session.';
SELECT pg_catalog.pg_extension_config_dump('pg_stress.intensity', 'WHERE NOT builtin');
REVOKE ALL ON pg_stress.intensity FROM PUBLIC;

INSERT INTO pg_stress.intensity (name, description, bursts, pause_seconds, think_time_ms, chaos_share, builtin) VALUES
    ('low', '3 to 15 sessions, long pauses',
     '[{"sessions": 3, "seconds": 10, "weight": 70}, {"sessions": 8, "seconds": 20, "weight": 25}, {"sessions": 15, "seconds": 30, "weight": 5}]',
     '{30,120}', 20, 0, true),
    ('medium', '5 to 50 sessions, pauses',
     '[{"sessions": 5, "seconds": 10, "weight": 50}, {"sessions": 20, "seconds": 30, "weight": 35}, {"sessions": 50, "seconds": 60, "weight": 15}]',
     '{20,90}', 5, 0.25, true),
    ('high', '15 to 80 sessions, short pauses',
     '[{"sessions": 15, "seconds": 15, "weight": 20}, {"sessions": 40, "seconds": 45, "weight": 40}, {"sessions": 80, "seconds": 90, "weight": 40}]',
     '{5,20}', 2, 0.5, true),
    ('max', 'closed loop without think time, bursts or chaos: for benchmarks', NULL, '{0,0}', 0, 0, true);

CREATE FUNCTION pg_stress.start_test(
    name text,
    intensity text DEFAULT 'medium',
    duration interval DEFAULT '5 minutes',
    target text DEFAULT NULL,
    workload text DEFAULT 'auto',
    driver text DEFAULT 'auto',
    baseline text DEFAULT NULL,
    seed bigint DEFAULT 1,
    options jsonb DEFAULT '{}')
RETURNS bigint LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_start_test';
COMMENT ON FUNCTION pg_stress.start_test(text, text, interval, text, text, text, text, bigint, jsonb) IS
'Starts a run and returns its number as soon as it is accepted; the run goes on by itself. Not transactional: the run stays when the caller rolls back, and a transaction that has written is refused. duration is the measured part, after the warm-up. options: spi_workers, rate (per second; makes the loop open), arrival (constant, poisson), operations (count mode), warmup_s, think_time_ms, isolation, max_retries, mix, schemas, include_tables, exclude_tables, read_only, rollback, statement_timeout_ms, lock_timeout_ms, force. Errors: invalid_parameter_value and undefined_object with the valid choices; object_in_use while another run is at work in the database; configuration_limit_exceeded without free worker slots.';
REVOKE ALL ON FUNCTION pg_stress.start_test(text, text, interval, text, text, text, text, bigint, jsonb) FROM PUBLIC;

CREATE FUNCTION pg_stress.stop_test(run bigint DEFAULT NULL)
RETURNS text LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_stop_test';
COMMENT ON FUNCTION pg_stress.stop_test(bigint) IS
'Stops a run of this database (NULL: the one at work), cancelling running statements, and returns its state: stopped, or finishing when its results take longer than two seconds to write. Errors: no_data_found when that run is not at work; insufficient_privilege for the run of a role that the caller is not a member of.';
REVOKE ALL ON FUNCTION pg_stress.stop_test(bigint) FROM PUBLIC;

CREATE FUNCTION pg_stress.stop_all()
RETURNS integer LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_stop_all';
COMMENT ON FUNCTION pg_stress.stop_all() IS
'Stops every run of this server that the caller may stop, in any database; returns how many.';
REVOKE ALL ON FUNCTION pg_stress.stop_all() FROM PUBLIC;

CREATE FUNCTION pg_stress.wait_test(run bigint DEFAULT NULL, timeout interval DEFAULT NULL)
RETURNS text LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_wait_test';
COMMENT ON FUNCTION pg_stress.wait_test(bigint, interval) IS
'Waits until a run (NULL: the latest) has ended and returns its state; after the timeout, the state it is in. A waiting statement that keeps its snapshot holds back vacuum, so CALL wait() is better; this gives its snapshot up where that is safe and otherwise leaves the event "snapshot held" on the run. Error: no_data_found for an unknown run.';
REVOKE ALL ON FUNCTION pg_stress.wait_test(bigint, interval) FROM PUBLIC;

CREATE PROCEDURE pg_stress.wait(run bigint DEFAULT NULL, timeout interval DEFAULT NULL, INOUT state text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'pg_stress_wait';
COMMENT ON PROCEDURE pg_stress.wait(bigint, interval, text) IS
'Waits, without a snapshot, until a run (NULL: the latest) has ended or the timeout is over; state is what it is in then. Inside a transaction block it waits as wait_test does.';
REVOKE ALL ON PROCEDURE pg_stress.wait(bigint, interval, text) FROM PUBLIC;

CREATE FUNCTION pg_stress.set_rate(run bigint, value double precision)
RETURNS void LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_set_rate';
COMMENT ON FUNCTION pg_stress.set_rate(bigint, double precision) IS
'Sets the rate (operations per second) of a run whose loop is open; in force at once, nothing lost or done twice. Errors: object_not_in_prerequisite_state for a closed loop; no_data_found when the run is not at work.';
REVOKE ALL ON FUNCTION pg_stress.set_rate(bigint, double precision) FROM PUBLIC;

CREATE FUNCTION pg_stress.set_sessions(run bigint, value integer)
RETURNS void LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_set_sessions';
COMMENT ON FUNCTION pg_stress.set_sessions(bigint, integer) IS
'Sets how many of a run''s sessions start operations, from 1 to the number it started with; ends its cycle of bursts. Error: invalid_parameter_value out of that range.';
REVOKE ALL ON FUNCTION pg_stress.set_sessions(bigint, integer) FROM PUBLIC;

CREATE FUNCTION pg_stress.set_intensity(run bigint, value text)
RETURNS void LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_set_intensity';
COMMENT ON FUNCTION pg_stress.set_intensity(bigint, text) IS
'Gives a running test the bursts and think time of another intensity for the rest of its time; its sessions stay at most what it started with. Error: undefined_object lists the valid intensities.';
REVOKE ALL ON FUNCTION pg_stress.set_intensity(bigint, text) FROM PUBLIC;

CREATE FUNCTION pg_stress.preflight(
    target text DEFAULT NULL,
    OUT check_name text, OUT status text, OUT detail text)
RETURNS SETOF record LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_stress_preflight';
COMMENT ON FUNCTION pg_stress.preflight(text) IS
'What speaks for or against a run here and now: a row per check with status ok, warning or blocked. start_test refuses to start on blocked ones unless options has "force": true.';
REVOKE ALL ON FUNCTION pg_stress.preflight(text) FROM PUBLIC;

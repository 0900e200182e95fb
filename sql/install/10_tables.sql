-- What runs leave behind. Written by the coordinator only; read through the views of the same topic.
-- Times within a run are seconds of the measured part: negative in the warm-up.

CREATE TABLE pg_stress.recorded_run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    intensity text NOT NULL,
    workload text NOT NULL,
    driver text NOT NULL,
    target text,
    baseline text,
    seed bigint NOT NULL,
    duration interval NOT NULL,
    warmup interval NOT NULL,
    options jsonb NOT NULL,
    note text,
    role_name text NOT NULL,
    state text NOT NULL,
    reason text,                 -- why it was stopped, failed or lost
    verdict text,
    verdict_reasons text[],
    accepted_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    started_at timestamptz,      -- first operation
    measured_from timestamptz,
    measured_to timestamptz,
    finished_at timestamptz,
    workload_definition jsonb NOT NULL,
    left_out jsonb NOT NULL,     -- [{object, family, constraint, reason}]
    setup jsonb NOT NULL,        -- how it really ran: workers, wanted, load, rate, think time, bursts, notes
    server_version text NOT NULL,
    schema_fingerprint text,
    statistics_fingerprint text,
    data_fingerprint text,
    -- counts of the whole run, warm-up included: scheduled = done + failed + missed + unfinished
    scheduled bigint, done bigint, failed bigint, missed bigint, unfinished bigint,
    -- figures of the measured part
    measured_s double precision,
    operations bigint, errors bigint, retries bigint, empty bigint,
    response bytea, service bytea, start_lag bytea, -- histograms
    tool_cpu_s double precision, -- coordinator and workers; in SPI workers the engine's work is included
    coordinator_cpu_s double precision, -- of that
    tool_wal_bytes bigint,       -- written by the coordinator: samples and results
    figures jsonb NOT NULL DEFAULT '{}' -- what the verdict was judged by, and what is unknown is absent
);
COMMENT ON TABLE pg_stress.recorded_run IS 'One row per run: what was asked, how it ran, what came out. Read it through the views run and run_summary.';

CREATE TABLE pg_stress.recorded_operation (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    operation text NOT NULL,
    driver text NOT NULL,
    family text NOT NULL,
    weight double precision NOT NULL,
    calls bigint NOT NULL, errors bigint NOT NULL, retries bigint NOT NULL, empty bigint NOT NULL,
    rows bigint NOT NULL,
    own_chaos bigint NOT NULL,
    suspended boolean NOT NULL,
    response_sum_ms double precision NOT NULL,
    max_ms double precision NOT NULL,
    response bytea NOT NULL, service bytea NOT NULL,
    PRIMARY KEY (run_id, operation, driver)
);
COMMENT ON TABLE pg_stress.recorded_operation IS 'Figures of the measured part, per operation and driver.';

CREATE TABLE pg_stress.recorded_sample (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    second integer NOT NULL,     -- of the measured part; start of the interval
    width integer NOT NULL,      -- seconds
    operation text NOT NULL,     -- '' for all together
    driver text NOT NULL,
    calls bigint NOT NULL, errors bigint NOT NULL, retries bigint NOT NULL, rows bigint NOT NULL,
    response bytea NOT NULL,
    sessions integer,            -- that were allowed to run; with operation '' only
    missed bigint,               -- likewise
    PRIMARY KEY (run_id, second, operation, driver)
);
COMMENT ON TABLE pg_stress.recorded_sample IS 'Counts and histograms per interval; intervals merge exactly.';

CREATE TABLE pg_stress.recorded_server (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    second integer NOT NULL,
    width integer NOT NULL,
    counters jsonb NOT NULL,     -- differences of server counters over the interval, by view and column
    host jsonb NOT NULL,         -- CPU, memory, disk of the host where readable
    PRIMARY KEY (run_id, second)
);
COMMENT ON TABLE pg_stress.recorded_server IS 'Server counters and host figures per interval, as differences.';

CREATE TABLE pg_stress.recorded_statement (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    operation text NOT NULL,
    step integer NOT NULL,
    driver text NOT NULL,
    query_id bigint,
    query text NOT NULL,
    calls bigint NOT NULL, rows bigint NOT NULL, total_ms double precision NOT NULL,
    server jsonb,                -- differences of pg_stat_statements for that query_id, where present
    PRIMARY KEY (run_id, operation, step, driver)
);
COMMENT ON TABLE pg_stress.recorded_statement IS 'Executions of each step of each operation, whole run.';

CREATE TABLE pg_stress.recorded_table (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    table_name text NOT NULL,    -- schema.table, quoted
    before jsonb NOT NULL,
    after jsonb,
    PRIMARY KEY (run_id, table_name)
);
COMMENT ON TABLE pg_stress.recorded_table IS 'Sizes and statistics counters of each table before and after.';

CREATE TABLE pg_stress.recorded_wait (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    operation text NOT NULL,
    driver text NOT NULL,
    wait_type text NOT NULL,     -- 'CPU' when it waited for nothing
    wait_event text NOT NULL,
    samples bigint NOT NULL,
    PRIMARY KEY (run_id, operation, driver, wait_type, wait_event)
);
COMMENT ON TABLE pg_stress.recorded_wait IS 'What workers waited for while they executed an operation, sampled.';

CREATE TABLE pg_stress.recorded_error (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    operation text NOT NULL,
    driver text NOT NULL,
    sqlstate text NOT NULL,
    class text NOT NULL,
    count bigint NOT NULL,
    message text NOT NULL,       -- the first one
    PRIMARY KEY (run_id, operation, driver, sqlstate)
);
COMMENT ON TABLE pg_stress.recorded_error IS 'Failures per operation and SQLSTATE, whole run.';

CREATE TABLE pg_stress.recorded_event (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    second double precision,     -- of the measured part; NULL before it
    kind text NOT NULL,
    message text NOT NULL,
    PRIMARY KEY (run_id, number)
);
COMMENT ON TABLE pg_stress.recorded_event IS 'The time line of a run.';

CREATE TABLE pg_stress.recorded_check (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    check_name text NOT NULL,
    status text NOT NULL CHECK (status IN ('passed', 'failed', 'not checked')),
    expected text,
    actual text,
    detail text,
    PRIMARY KEY (run_id, check_name)
);
COMMENT ON TABLE pg_stress.recorded_check IS 'What the run counted beside what the server counted.';

CREATE TABLE pg_stress.recorded_setting (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    name text NOT NULL,
    before text,
    after text,
    unit text,
    source text,
    is_default boolean NOT NULL,
    PRIMARY KEY (run_id, name)
);
COMMENT ON TABLE pg_stress.recorded_setting IS 'Server settings when the run began and when it ended.';

CREATE TABLE pg_stress.recorded_host (
    run_id bigint NOT NULL REFERENCES pg_stress.recorded_run ON DELETE CASCADE,
    name text NOT NULL,
    value text,
    PRIMARY KEY (run_id, name)
);
COMMENT ON TABLE pg_stress.recorded_host IS 'Facts of the host: processors, memory, kernel, disk, clock source.';

-- What would run, and the workloads that users write.

CREATE TABLE pg_stress.workload (
    name text PRIMARY KEY,
    definition jsonb NOT NULL,
    comment text,
    owner name NOT NULL -- whose SQL it is
);
COMMENT ON TABLE pg_stress.workload IS 'Workloads that users wrote; made by create_workload, used by their name. Part of a dump.';
COMMENT ON COLUMN pg_stress.workload.name IS 'What start_test and operations call it.';
COMMENT ON COLUMN pg_stress.workload.definition IS '{"operations": [{"name", "family", "weight", "transaction", "isolation", "steps": [{"sql", "params", "foreach", "limit"}]}]}';
COMMENT ON COLUMN pg_stress.workload.owner IS 'The role that wrote it. That role and superusers may replace it; whoever runs it must be that role, a role whose rights it has, or anybody where a superuser wrote it.';
COMMENT ON COLUMN pg_stress.workload.comment IS 'For people.';
REVOKE ALL ON TABLE pg_stress.workload FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('pg_stress.workload', '');

CREATE FUNCTION pg_stress.operations(target text DEFAULT NULL, workload text DEFAULT 'auto')
RETURNS TABLE (
    operation text,
    family text,
    weight double precision,
    step integer,
    sql text,
    parameters text,
    tables text[],
    note text,
    object text,
    constraint_name text,
    reason text)
LANGUAGE c VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_operations';
COMMENT ON FUNCTION pg_stress.operations(text, text) IS
'All that a workload would run in the target (NULL: this database): a row per step, counted from 0, with the source of each parameter; weight is the operation''s share, the same in all of its steps. Then, with operation NULL, a row for each thing that was left out: object (a table or a family), the name of the constraint that forbids it where there is one, and the reason. workload: auto, orm, sql, select_only, tpcb, a name from pg_stress.workload, run:ID, or several joined by "+". Errors: 42704 for an unknown workload or target, 42P01 without pgbench''s tables.';
REVOKE ALL ON FUNCTION pg_stress.operations(text, text) FROM PUBLIC;

CREATE FUNCTION pg_stress.create_workload(name text, definition jsonb, comment text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_create_workload';
COMMENT ON FUNCTION pg_stress.create_workload(text, jsonb, text) IS
'Keeps a workload under a name, replacing one of the same name; returns the number of its operations. definition: {"operations": [{"name": …, "family": …, "weight": 1, "transaction": true, "isolation": …, "steps": [{"sql": "… $1 …", "params": [SOURCE, …], "foreach": STEP, "limit": N}]}]}, where only name and sql are required, steps count from 0, and a SOURCE is {"column": "schema.table.column"}, {"result": STEP, "column": "id"}, {"random": [1, 100], "distribution": "uniform|zipf|normal|exponential"}, {"value": …}, {"now": "-1 day"}, {"sequence": 1}, {"unique": LENGTH} or {"same": NAME} for what the source with "as": NAME drew. A step may be SAVEPOINT, RELEASE or ROLLBACK TO. Errors: 22023 with the path of what is wrong, 42939 for the name of a built-in workload, 42602 for a name with + or :.';
REVOKE ALL ON FUNCTION pg_stress.create_workload(text, jsonb, text) FROM PUBLIC;

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

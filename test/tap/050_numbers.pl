# What a run counts is what the server counts; figures are live while it runs, and honest after it.
use strict;
use warnings;
use IPC::Run;
use PgStress;
use Test::More;

my $node = stress_node('main', conf => "shared_preload_libraries = 'pg_stat_statements'\n");

sub sql { return $node->safe_psql('postgres', $_[0]); }

sql(q{
	CREATE EXTENSION pg_stat_statements;
	CREATE TABLE item (id integer PRIMARY KEY, n integer NOT NULL);
	INSERT INTO item SELECT g, 0 FROM generate_series(1, 500) AS g;
	CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		item_id integer NOT NULL REFERENCES item, body text);
	INSERT INTO note (item_id, body) SELECT g, 'x' FROM generate_series(1, 500) AS g;
	VACUUM ANALYZE;
});
sql(q{SELECT pg_stress.create_workload('mixed', '{"operations": [
	{"name": "read", "family": "point_read", "weight": 4, "steps": [
		{"sql": "SELECT n FROM public.item WHERE id = $1", "params": [{"column": "public.item.id"}]}]},
	{"name": "add", "family": "insert", "steps": [
		{"sql": "INSERT INTO public.note (item_id, body) VALUES ($1, $2)",
		 "params": [{"column": "public.item.id"}, {"unique": 12}]}]},
	{"name": "count up", "family": "update", "steps": [
		{"sql": "UPDATE public.item SET n = n + 1 WHERE id = $1", "params": [{"column": "public.item.id"}]},
		{"sql": "SELECT n FROM public.item WHERE id = $1", "params": [{"column": "public.item.id"}]}]},
	{"name": "remove", "family": "delete", "steps": [
		{"sql": "DELETE FROM public.note WHERE id = (SELECT min(id) FROM public.note WHERE item_id = $1)",
		 "params": [{"column": "public.item.id"}]}]}]}')});

sub start
{
	my ($name, $options) = @_;
	return sql("SELECT pg_stress.start_test('$name', 'max', '5 minutes', workload => 'mixed', options => '$options')");
}

# ---- every count is the server's
my $run = start('counted', '{"operations": 3000, "warmup_s": 0}');
is(wait_for_end($node, $run), 'completed', 'a run by count completes');
is(sql("SELECT operations + errors FROM pg_stress.run_summary WHERE run_id = $run"),
	3000, 'all operations are in the summary');
is(sql("SELECT scheduled = done + failed + missed + unfinished AND scheduled = 3000
		FROM pg_stress.run WHERE run_id = $run"),
	't', 'scheduled operations are accounted for');
for my $check ('operations accounted', 'latency histogram total', 'transactions', 'rows inserted',
	'rows updated', 'rows deleted', 'statements', 'foreign keys')
{
	is( sql("SELECT status FROM pg_stress.run_check WHERE run_id = $run AND check_name = '$check'"),
		'passed', "check: $check")
	  or diag(sql("SELECT * FROM pg_stress.run_check WHERE run_id = $run"));
}
is( sql("SELECT count(*) FROM pg_stress.run_statement
		WHERE run_id = $run AND calls IS DISTINCT FROM (server ->> 'calls')::bigint
		AND query NOT LIKE 'SELECT n%'"),
	0, 'calls of each statement are those of pg_stat_statements');
is( sql("SELECT sum(s.calls) FROM pg_stress.run_sample AS s WHERE s.run_id = $run AND operation = ''"),
	sql("SELECT operations FROM pg_stress.run_summary WHERE run_id = $run"),
	'samples add up to the run');
is( sql("SELECT count(*) FROM (SELECT operation, sum(calls) AS calls FROM pg_stress.run_sample
		WHERE run_id = $run AND operation <> '' GROUP BY 1) AS s
		JOIN pg_stress.run_operation AS o USING (operation)
		WHERE o.run_id = $run AND o.calls <> s.calls"),
	0, 'and so do those of each operation');
is( sql("SELECT count(*) FROM pg_stress.run_table WHERE run_id = $run AND
		(table_name = 'public.note' AND inserted > 0 AND deleted > 0
		 OR table_name = 'public.item' AND updated > 0)"),
	2, 'tables are compared before and after');
like(sql("SELECT pg_stress.report($run)"), qr/^Run $run "counted": /, 'the report begins with the verdict');

# ---- too few operations for a percentile
my $few = start('few', '{"operations": 60, "warmup_s": 0}');
wait_for_end($node, $few);
is( sql("SELECT p50_ms IS NOT NULL, p95_ms IS NULL, p99_ms IS NULL, verdict
		FROM pg_stress.run_summary WHERE run_id = $few"),
	't|t|t|too short', 'percentiles of 60 operations are not given');

# ---- while it runs: counters of the server move, samples come, though a table is locked
my $stalled = start('stalled', '{"spi_workers": 1, "warmup_s": 0}');
ok($node->poll_query_until('postgres',
	"SELECT max(second) >= 1 FROM pg_stress.run_sample WHERE run_id = $stalled"), 'samples are written');
ok($node->poll_query_until('postgres',
	"SELECT operations > 0 AND tps > 0 AND p50_ms > 0 FROM pg_stress.live($stalled)"), 'figures are live');
my $inserted = sql("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'note'");
ok($node->poll_query_until('postgres',
	"SELECT n_tup_ins > $inserted FROM pg_stat_user_tables WHERE relname = 'note'"),
	'rows are in the counters of the server during the run');
my $locker = IPC::Run::start(
	[ 'psql', '-X', '-d', $node->connstr('postgres'), '-c',
		"SET application_name = 'locker'; BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)" ],
	'<', \undef, '>', \my $out, '2>', \my $err);
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'item'::regclass
	AND mode = 'AccessExclusiveLock' AND granted");
my $second = sql("SELECT max(second) FROM pg_stress.run_sample WHERE run_id = $stalled");
ok($node->poll_query_until('postgres',
	"SELECT max(second) >= $second + 4 FROM pg_stress.run_sample WHERE run_id = $stalled"),
	'sampling goes on while a table is locked');
sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'locker'");
IPC::Run::finish($locker);
$second = sql("SELECT max(second) FROM pg_stress.run_sample WHERE run_id = $stalled");
$node->poll_query_until('postgres',
	"SELECT max(second) > $second FROM pg_stress.run_sample WHERE run_id = $stalled");
sql("SELECT pg_stress.stop_test($stalled)");
is(wait_for_end($node, $stalled), 'stopped', 'the run is stopped');
like( sql("SELECT array_to_string(verdict_reasons, ' ') FROM pg_stress.run WHERE run_id = $stalled"),
	qr/Coordinated omission is likely/, 'a closed loop warns that it cannot see a stall');
like(sql("SELECT pg_stress.report($stalled)"),
	qr/p99 would be about/, 'and gives a corrected percentile');
is( sql("SELECT count(*) > 0 FROM pg_stress.run_wait WHERE run_id = $stalled
		AND wait_type = 'Lock' AND wait_event = 'relation'"),
	't', 'the wait for the lock was seen');

# ---- a role without privileges beyond its own tables
sql(q{
	CREATE ROLE app LOGIN;
	GRANT SELECT, INSERT, UPDATE, DELETE ON item, note TO app;
	GRANT EXECUTE ON FUNCTION pg_stress.start_test(text, text, interval, text, text, text, text, bigint, jsonb) TO app;
	SET session_replication_role = replica;
	INSERT INTO note (item_id) VALUES (1000000);
});
my $app = $node->safe_psql('postgres', q{SELECT pg_stress.start_test('app', 'max', '5 minutes',
	workload => 'mixed', options => '{"operations": 500, "warmup_s": 0}')}, extra_params => [ '-U', 'app' ]);
is(wait_for_end($node, $app), 'completed', 'a plain role runs a test');
is( sql("SELECT string_agg(check_name, ', ' ORDER BY check_name) FROM pg_stress.run_check
		WHERE run_id = $app AND status = 'passed'"),
	'latency histogram total, operations accounted, rows deleted, rows inserted, rows updated, statements, transactions',
	'its counts are checked, too');
is( sql("SELECT status, actual, detail ~ 'note_item_id_fkey of (public.)?note' FROM pg_stress.run_check
		WHERE run_id = $app AND check_name = 'foreign keys'"),
	'failed|1|t', 'a row without its parent is found');
is( sql("SELECT count(*) > 100 FROM pg_stress.run_setting WHERE run_id = $app"),
	't', 'settings that the role may read are kept');

# ---- counters that were reset prove nothing
my $reset = start('reset', '{"warmup_s": 0}');
$node->poll_query_until('postgres',
	"SELECT count(*) > 0 FROM pg_stress.run_sample WHERE run_id = $reset");
sql('SELECT pg_stat_reset(), pg_stat_statements_reset()');
sql("SELECT pg_stress.stop_test($reset)");
wait_for_end($node, $reset);
is( sql("SELECT string_agg(check_name, ', ' ORDER BY check_name) FROM pg_stress.run_check
		WHERE run_id = $reset AND status = 'not checked'"),
	'rows deleted, rows inserted, rows updated, statements, transactions',
	'after a reset nothing is compared');

# ---- a server that stops in mid-run
my $lost = start('lost', '{"warmup_s": 0}');
$node->poll_query_until('postgres',
	"SELECT max(second) >= 3 FROM pg_stress.run_sample WHERE run_id = $lost");
$node->stop('immediate');
$node->start;
is( sql("SELECT state, operations > 0, tps > 0, p50_ms > 0 FROM pg_stress.run_summary WHERE run_id = $lost"),
	'lost|t|t|t', 'a run whose server stopped is lost, with the figures of its samples');
is(sql("SELECT sum(calls) > 0 FROM pg_stress.run_operation WHERE run_id = $lost"),
	't', 'those of its operations, too');
like(sql("SELECT pg_stress.report($lost)"), qr/no verdict, lost/, 'and its report says so');
is(sql("SELECT state FROM pg_stress.status()"), 'lost', 'status shows it');
sql("SELECT pg_stress.drop_test($lost)");
is(sql("SELECT count(*) FROM pg_stress.run WHERE run_id = $lost"), 0, 'it can be dropped');

finish_test($node);

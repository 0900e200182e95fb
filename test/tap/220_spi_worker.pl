# What an SPI worker must survive, and what others see of it while it works.
use strict;
use warnings;
use PgStress;
use Test::More;
use PostgreSQL::Test::Utils;

my $node = stress_node('main', conf => "autovacuum = off\nmax_parallel_workers_per_gather = 0");
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
INSERT INTO item SELECT i FROM generate_series(1, 1000) i;
CREATE TABLE small (id smallint PRIMARY KEY);
INSERT INTO small VALUES (32760);
CREATE TABLE child (id int PRIMARY KEY, item int REFERENCES item DEFERRABLE INITIALLY DEFERRED);
ANALYZE;
SQL

sub start
{
	my ($name, $definition, $options) = @_;
	$node->safe_psql('postgres', "SELECT pg_stress.create_workload('$name', '$definition')");
	return $node->safe_psql('postgres',
		"SELECT pg_stress.start_test('$name', 'max', '1 hour', workload => '$name',
		   options => '{\"warmup_s\": 0, \"spi_workers\": 2 $options}')");
}

sub stop
{
	my ($run) = @_;
	$node->safe_psql('postgres', "SELECT pg_stress.stop_test($run)");
	is(wait_for_end($node, $run), 'stopped', "run $run stops");
	is( $node->safe_psql('postgres',
			"SELECT scheduled = done + failed + missed + unfinished FROM pg_stress.run WHERE run_id = $run"),
		't', "run $run accounts for every operation");
	return;
}

sub operation
{
	my ($run, $name, $columns) = @_;
	return $node->safe_psql('postgres',
		"SELECT $columns FROM pg_stress.run_operation WHERE run_id = $run AND operation = '$name'");
}

# ---- what is seen of a worker
my $run = start('seen', <<'JSON', '');
{"operations": [
 {"name": "sleep", "steps": [{"sql": "SELECT pg_sleep(0.002)"}]},
 {"name": "update", "steps": [{"sql": "UPDATE item SET n = n + 1 WHERE id = $1",
   "params": [{"column": "public.item.id"}]}]}]}
JSON
ok( $node->poll_query_until('postgres', <<'SQL'), 'pg_stat_activity shows state, statement, query id and name');
SELECT count(*) > 0 FROM pg_stat_activity
WHERE backend_type = 'pg_stress worker' AND application_name = 'pg_stress/seen'
  AND state = 'active' AND query = 'SELECT pg_sleep(0.002)' AND query_id IS NOT NULL
SQL
ok( $node->poll_query_until('postgres',
		"SELECT n_tup_upd > 10 FROM pg_stat_user_tables WHERE relname = 'item'"),
	'its writes are in the statistics while it runs');

# ---- cancelling ends a statement, terminating a worker; the run goes on
my $victims = "SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'pg_stress worker'";
my $first = $node->safe_psql('postgres', $victims);
for (1 .. 20)
{
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($first)");
}
is($node->safe_psql('postgres', $victims), $first, 'cancels leave the worker alive');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($first)");
ok( $node->poll_query_until('postgres', <<"SQL"), 'another worker takes the place of one that was terminated');
SELECT count(*) = 2 AND min(pid) <> $first AND max(pid) <> $first
FROM pg_stat_activity WHERE backend_type = 'pg_stress worker' AND pid <> $first
SQL
stop($run);
is( $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_stress.run_event WHERE run_id = $run AND kind = 'worker'
		   AND message LIKE '%administrator command%'"),
	1, 'the run tells of it');

# ---- failures: counted, not logged; given up after twenty in a row
my $log_before = -s $node->logfile;
$run = start('failing', <<'JSON', ', "statement_timeout_ms": 50');
{"operations": [
 {"name": "fine", "steps": [{"sql": "SELECT n FROM item WHERE id = $1", "params": [{"column": "public.item.id"}]}]},
 {"name": "division", "weight": 0.1, "steps": [{"sql": "SELECT 1 / n FROM item WHERE id = $1 AND n >= 0",
   "params": [{"value": "1000"}]}]},
 {"name": "late", "weight": 0.01, "steps": [{"sql": "SELECT pg_sleep($1)", "params": [{"value": "60"}]}]},
 {"name": "at commit", "weight": 0.1, "steps": [{"sql": "INSERT INTO child VALUES ($1, -1)", "params": [{"sequence": 1}]}]},
 {"name": "numbers", "weight": 0.1, "steps": [{"sql": "INSERT INTO small VALUES ($1)",
   "params": [{"sequence": 0, "column": "public.small.id"}]}]}]}
JSON
# Row 1000 is the hottest of "seen" and may have been updated; it must divide by zero.
$node->safe_psql('postgres', 'UPDATE item SET n = 0 WHERE id = 1000');
ok( $node->poll_query_until('postgres',
		"SELECT errors > 80 FROM pg_stress.live($run)"),
	'failures are counted while it runs');
ok($node->poll_query_until('postgres', "SELECT operations > 2000 FROM pg_stress.live($run)"),
	'and the rest goes on');
stop($run);
is( $node->safe_psql('postgres',
		"SELECT string_agg(DISTINCT operation || ' ' || sqlstate || ' ' || class, ', ' ORDER BY operation || ' ' || sqlstate || ' ' || class)
		 FROM pg_stress.run_error WHERE run_id = $run"),
	'at commit 23503 constraint, division 22012 application, late 57014 timeout, numbers 22003 application',
	'each failure has its class');
like(
	$node->safe_psql('postgres',
		"SELECT message FROM pg_stress.run_error WHERE run_id = $run AND operation = 'numbers'"),
	qr/column "id" of table public\.small has no numbers left: its type is smallint/,
	'a key type that runs out is named');
is(operation($run, 'numbers', 'calls'), 7, 'after the last number that the type holds');
is(operation($run, 'division', 'errors BETWEEN 1 AND 40'), 't',
	'two workers give up after twenty failures each');
my $log = substr(slurp_file($node->logfile), $log_before);
unlike($log, qr/division by zero|statement timeout|foreign key/, 'the server log does not repeat them');

# ---- one transaction with its savepoint; iteration; values carried from step to step
$run = $node->safe_psql('postgres', <<'SQL');
SELECT pg_stress.create_workload('steps', '{"operations": [
 {"name": "savepoint", "steps": [
  {"sql": "INSERT INTO child VALUES ($1, $2)", "params": [{"sequence": 0, "column": "public.child.id", "as": "key"}, {"column": "public.item.id"}]},
  {"sql": "SAVEPOINT here"},
  {"sql": "UPDATE child SET item = NULL WHERE id = $1", "params": [{"same": "key"}]},
  {"sql": "ROLLBACK TO here"},
  {"sql": "RELEASE here"}]},
 {"name": "each", "steps": [
  {"sql": "SELECT id FROM item WHERE id < $1 ORDER BY id DESC", "params": [{"value": "10"}]},
  {"sql": "SELECT * FROM item WHERE id = $1", "params": [{"result": 0, "column": "id"}], "foreach": 0, "limit": 4},
  {"sql": "SELECT count(*) FROM item WHERE id = ANY ($1)", "params": [{"result": 0, "column": "id", "all": true}]}]}]}');
SQL
$run = $node->safe_psql('postgres',
	"SELECT pg_stress.start_test('steps', 'max', workload => 'steps', options => '{\"operations\": 200, \"spi_workers\": 1}')");
is(wait_for_end($node, $run), 'completed', 'operations of several steps');
is( $node->safe_psql('postgres', "SELECT count(*) > 0, count(*) FILTER (WHERE item IS NULL) FROM child"),
	't|0', 'what a savepoint undid is undone, the rest is committed');
is( $node->safe_psql('postgres',
		"SELECT bool_and(calls = CASE step WHEN 1 THEN 4 ELSE 1 END * o.calls_of_operation AND rows = CASE step WHEN 0 THEN 9 WHEN 1 THEN 4 ELSE 1 END * o.calls_of_operation)
		 FROM pg_stress.run_statement s,
		   LATERAL (SELECT calls AS calls_of_operation FROM pg_stress.run_operation WHERE run_id = $run AND operation = 'each') o
		 WHERE run_id = $run AND operation = 'each'"),
	't', 'a step runs once for each row, at most as often as its limit says');
is( $node->safe_psql('postgres',
		"SELECT status FROM pg_stress.run_check WHERE run_id = $run AND check_name = 'transactions'"),
	'passed', 'the server counted the same transactions');
finish_test($node);

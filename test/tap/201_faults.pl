# Workers and coordinators that are ended, killed, or lose their server in mid-run.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PgStress;

my $node = stress_node('faults');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label text NOT NULL, amount int NOT NULL DEFAULT 0);
INSERT INTO item (label) SELECT 'label ' || g FROM generate_series(1, 2000) g;
ANALYZE item;
SQL

sub start
{
	my ($name, $duration) = @_;
	$duration //= '5 minutes';
	my $run = $node->safe_psql('postgres',
		qq{SELECT pg_stress.start_test('$name', 'max', '$duration', options => '{"spi_workers": 2, "warmup_s": 0}')});
	$node->poll_query_until('postgres', "SELECT operations > 0 FROM pg_stress.live($run)")
	  or die 'the run does not begin';
	return $run;
}

sub pid_of
{
	my ($type) = @_;
	return $node->safe_psql('postgres',
		"SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'pg_stress $type'");
}

# A worker told to end is replaced; the run completes and is accounted for.
my $run = start('worker ends', '4 seconds');
my $pid = pid_of('worker');
is($node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)"), 't', 'a worker is told to end');
ok( $node->poll_query_until('postgres',
		"SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'pg_stress worker' AND pid <> $pid"),
	'another takes its place');
is(wait_for_end($node, $run), 'completed', 'the run completes');
is($node->safe_psql('postgres', "SELECT count(*) > 0 FROM pg_stress.run_event WHERE run_id = $run AND kind = 'worker'"),
	't', 'the event is on its time line');
is( $node->safe_psql('postgres',
		"SELECT status FROM pg_stress.run_check WHERE run_id = $run AND check_name = 'operations accounted'"),
	'passed', 'every operation is accounted for');

# The only worker of a run by count ends: the run goes on to its number.
$run = $node->safe_psql('postgres',
	q{SELECT pg_stress.start_test('by count', 'max', options => '{"spi_workers": 1, "operations": 30000}')});
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_stress worker' AND state IN ('active', 'idle') AND query <> ''"), 'it works');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_stress worker'");
is(wait_for_end($node, $run), 'completed', 'a run by count whose worker ended completes');
is($node->safe_psql('postgres', "SELECT scheduled FROM pg_stress.recorded_run WHERE run_id = $run"), '30000', 'with all its operations');

# A cancelled statement is a failed operation, not the end of a worker.
$run = start('statement cancelled');
$pid = pid_of('worker');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)") for 1 .. 5;
my $before = $node->safe_psql('postgres', "SELECT operations FROM pg_stress.live($run)");
ok($node->poll_query_until('postgres', "SELECT operations > $before FROM pg_stress.live($run)"),
	'the run goes on after cancels');
is(pid_of('worker'), $pid, 'with the same worker');
$node->safe_psql('postgres', 'SELECT pg_stress.stop_test()');
wait_for_end($node, $run);

# The coordinator told to end: workers leave, what was measured is written.
$run = start('coordinator ends');
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . pid_of('coordinator') . ')');
is(wait_for_end($node, $run), 'stopped', 'the run is stopped');
ok(wait_for_no_workers($node), 'all processes have left');
cmp_ok($node->safe_psql('postgres', "SELECT operations FROM pg_stress.run_summary WHERE run_id = $run"), '>', 0,
	'its figures are kept');

# DROP EXTENSION in mid-run stops it cleanly.
$run = start('extension dropped');
$node->safe_psql('postgres', 'DROP EXTENSION pg_stress');
ok(wait_for_no_workers($node), 'DROP EXTENSION: all processes have left');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stress');

# The table that is loaded goes away: operations fail, are classified, and the run ends as planned.
$run = start('table dropped', '4 seconds');
$node->safe_psql('postgres', 'ALTER TABLE item RENAME TO elsewhere');
like(wait_for_end($node, $run), qr/^(completed|failed)$/, 'a table that vanishes does not hang the run');
is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT sqlstate || ' ' || class, ',') FROM pg_stress.run_error WHERE run_id = $run"),
	'42P01 configuration', 'its failures are classified');
$node->safe_psql('postgres', 'ALTER TABLE elsewhere RENAME TO item');

# A fast stop of the server in mid-run: the run is written down as stopped.
$run = start('server stopped');
$node->stop('fast');
$node->start;
is($node->safe_psql('postgres', "SELECT state FROM pg_stress.run WHERE run_id = $run"), 'stopped',
	'a fast stop of the server: the run says that it was stopped');

my @log = split /\n/, slurp_file($node->logfile);
is(scalar(grep { /terminated by signal|PANIC:|TRAP:/ } @log), 0, 'no crash so far');

# From here on the server is made to crash.
expect_crash($node);
for my $victim ('worker', 'coordinator')
{
	$run = start("$victim killed");
	kill 'KILL', pid_of($victim);
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';
	is($node->safe_psql('postgres', "SELECT state FROM pg_stress.run WHERE run_id = $run"), 'lost',
		"SIGKILL of the $victim: the run is lost");
	ok(wait_for_no_workers($node), "SIGKILL of the $victim: no process is left");
}
$run = start('immediate stop');
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stress.run_sample WHERE run_id = $run");
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', "SELECT state, operations > 0 FROM pg_stress.run_summary WHERE run_id = $run"), 'lost|t',
	'immediate stop: the run is lost, with what had been sampled');
$run = start('after all that');
$node->safe_psql('postgres', 'SELECT pg_stress.stop_all()');
is(wait_for_end($node, $run), 'stopped', 'the next run works');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stress.recorded_run WHERE state NOT IN ('completed', 'stopped', 'failed', 'lost')"),
	'0', 'the next run has marked the lost ones');

finish_test($node);

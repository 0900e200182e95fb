# A run from start to report, as a user calls it, on a server with stock settings.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PgStress;

my $node = stress_node('lifecycle', shop => 0.01);
is($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), '', 'nothing is preloaded');

# By count: everything is accounted for.
my $run = $node->safe_psql('postgres',
	q{SELECT pg_stress.start_test('counted', options => '{"operations": 2000, "spi_workers": 2}')});
like($run, qr/^\d+$/, 'start_test returns the number of the run');
is($node->safe_psql('postgres', "CALL pg_stress.wait($run)"), 'completed', 'wait returns the final state');
is( $node->safe_psql('postgres',
		"SELECT scheduled, done + failed + missed + unfinished, operations + errors FROM pg_stress.recorded_run WHERE run_id = $run"),
	'2000|2000|2000',
	'2000 operations were asked for, scheduled and accounted for');
is($node->safe_psql('postgres', "SELECT sum(calls + errors) FROM pg_stress.run_operation WHERE run_id = $run"),
	'2000', 'the operations add up to them');
cmp_ok($node->safe_psql('postgres', "SELECT errors FROM pg_stress.run_summary WHERE run_id = $run"),
	'<=', 20, 'at most 1 % failed');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stress.run_check WHERE run_id = $run AND status = 'failed'"),
	'0', 'no check failed')
  or diag($node->safe_psql('postgres', "SELECT * FROM pg_stress.run_check WHERE run_id = $run"));
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM pg_stress.run_check WHERE run_id = $run AND status = 'passed'"),
	'>=', 3, 'at least three checks passed')
  or diag($node->safe_psql('postgres', "SELECT * FROM pg_stress.run_check WHERE run_id = $run"));
like($node->safe_psql('postgres', "SELECT pg_stress.report($run)"), qr/counted/, 'there is a report');

# By time: warm-up, live figures, samples, states on the time line.
$run = $node->safe_psql('postgres',
	q{SELECT pg_stress.start_test('timed', 'medium', '3 seconds', options => '{"warmup_s": 1}')});
ok($node->poll_query_until('postgres', "SELECT state = 'running' AND operations > 0 FROM pg_stress.live($run)"),
	'live figures of the running test');
is($node->safe_psql('postgres',
		q{SELECT string_agg(DISTINCT backend_type, ', ' ORDER BY backend_type) FROM pg_stat_activity
		  WHERE application_name = 'pg_stress/timed'}),
	'pg_stress coordinator, pg_stress worker', 'coordinator and workers are seen in pg_stat_activity');
is($node->safe_psql('postgres', 'SELECT pg_stress.wait_test()'), 'completed', 'wait_test waits for the run at work');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stress.live($run)"), '0', 'nothing is live after it');
cmp_ok($node->safe_psql('postgres',
		"SELECT count(DISTINCT second) FROM pg_stress.run_sample WHERE run_id = $run AND second >= 0"),
	'>=', 2, 'samples of the measured part');
cmp_ok($node->safe_psql('postgres',
		"SELECT extract(epoch FROM measured_to - measured_from) FROM pg_stress.recorded_run WHERE run_id = $run"),
	'>=', 2.9, 'measured for as long as was asked');
my $summed = $node->safe_psql('postgres', <<SQL);
SELECT (SELECT sum(calls) FROM pg_stress.recorded_sample
        WHERE run_id = $run AND operation = '' AND second >= 0)
     = (SELECT operations FROM pg_stress.recorded_run WHERE run_id = $run)
SQL
is($summed, 't', 'samples of the measured part add up to its operations');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM pg_stress.run_wait WHERE run_id = $run"),
	'>=', 1, 'waits were sampled');

# Stop: the state comes back, what was measured stays.
$run = $node->safe_psql('postgres', q{SELECT pg_stress.start_test('stopped', 'max', '5 minutes', options => '{"warmup_s": 0}')});
ok($node->poll_query_until('postgres', "SELECT operations > 0 FROM pg_stress.live($run)"), 'it measures');
like(sql_error($node, q{SELECT pg_stress.start_test('second')}),
	qr/55006.*run "stopped" is at work/s, 'a second run on the same database is refused with the first one\'s name');
like($node->safe_psql('postgres', "SELECT pg_stress.stop_test($run)"), qr/^(stopped|finishing)$/, 'stop_test');
is(wait_for_end($node, $run), 'stopped', 'the run is stopped');
cmp_ok($node->safe_psql('postgres', "SELECT operations FROM pg_stress.run_summary WHERE run_id = $run"),
	'>', 0, 'its figures are kept');
like(sql_error($node, "SELECT pg_stress.stop_test($run)"), qr/02000|P0002/, 'stopping it again says that it is not at work');

# A statement that runs for long is cancelled by the stop and is no error.
$node->safe_psql('postgres', q{SELECT pg_stress.create_workload('sleep', '{"operations": [{"name": "nap", "steps": [{"sql": "SELECT pg_sleep(600)"}]}]}')});
$run = $node->safe_psql('postgres',
	q{SELECT pg_stress.start_test('long statement', 'max', '5 minutes', workload => 'sleep', options => '{"statement_timeout_ms": 0, "warmup_s": 0, "spi_workers": 1}')});
ok( $node->poll_query_until('postgres',
		q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_stress worker' AND wait_event = 'PgSleep'}),
	'the statement runs');
$node->safe_psql('postgres', 'SELECT pg_stress.stop_test()');
is(wait_for_end($node, $run), 'stopped', 'the stop does not wait for it');
is($node->safe_psql('postgres', "SELECT unfinished, failed FROM pg_stress.recorded_run WHERE run_id = $run"),
	'1|0', 'it is unfinished, not failed');

# Another intensity for a run that is at work; another kind of loop is refused.
$run = $node->safe_psql('postgres', q{SELECT pg_stress.start_test('steered', 'low', '5 minutes', options => '{"warmup_s": 0}')});
ok($node->poll_query_until('postgres', "SELECT operations > 0 FROM pg_stress.live($run)"), 'it measures');
$node->safe_psql('postgres', "SELECT pg_stress.set_intensity($run, 'high')");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stress.run_event WHERE run_id = $run AND kind = 'intensity' AND message ~ 'set to high'"), 'set_intensity');
like(sql_error($node, "SELECT pg_stress.set_intensity($run, 'max')"), qr/55000.*cannot change to intensity "max"/s, 'another kind of loop is refused');
like(sql_error($node, "SELECT pg_stress.set_rate($run, 10)"), qr/55000.*has no rate/s, 'a closed loop has no rate');

# A caller in REPEATABLE READ is told the truth, too.
$node->safe_psql('postgres', 'SELECT pg_stress.stop_test()');
wait_for_end($node, $run);
$run = $node->safe_psql('postgres', q{SELECT pg_stress.start_test('short', 'max', options => '{"operations": 500}')});
is($node->safe_psql('postgres', "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_stress.wait_test($run); COMMIT"), 'completed', 'wait_test under REPEATABLE READ');

finish_test($node);

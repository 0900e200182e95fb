# What start_test refuses: SQLSTATE, message, hint, and that nothing is left behind.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PgStress;

my $node = stress_node('refusals');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, g::text FROM generate_series(1, 100) g; ANALYZE t');

sub refused
{
	my ($sql, $pattern, $what) = @_;
	my $error = sql_error($node, $sql);
	like($error, $pattern, $what);
	return;
}

refused(q{SELECT pg_stress.start_test('')}, qr/22023.*invalid name/s, 'an empty name');
refused(q{SELECT pg_stress.start_test(NULL)}, qr/22004/, 'no name');
refused(q{SELECT pg_stress.start_test('a', 'extreme')}, qr/42704.*unknown intensity "extreme".*high, low, max, medium/s, 'an unknown intensity lists the valid ones');
refused(q{SELECT pg_stress.start_test('a', duration => '0 seconds')}, qr/22023.*invalid duration/s, 'no duration');
refused(q{SELECT pg_stress.start_test('a', target => 'nowhere')}, qr/42704.*target "nowhere" does not exist/s, 'an unknown target');
refused(q{SELECT pg_stress.start_test('a', workload => 'nothing')}, qr/workload "nothing" does not exist.*auto/s, 'an unknown workload lists the valid ones');
refused(q{SELECT pg_stress.start_test('a', driver => 'jdbc')}, qr/22023.*unknown driver "jdbc".*auto, spi/s, 'an unknown driver lists the valid ones');
refused(q{SELECT pg_stress.start_test('a', driver => 'pool')}, qr/0A000/, 'the pool driver is not there yet');
refused(q{SELECT pg_stress.start_test('a', baseline => 'b')}, qr/42704.*baseline "b" does not exist/s, 'an unknown baseline');
refused(q{SELECT pg_stress.start_test('a', options => '{"wrong": 1}')}, qr/22023.*unknown option "wrong".*spi_workers/s, 'an unknown option lists the valid ones');
refused(q{SELECT pg_stress.start_test('a', options => '{"mix": {"bogus": 1}}')}, qr/22023.*unknown family "bogus".*point_read/s, 'an unknown family lists the valid ones');
refused(q{SELECT pg_stress.start_test('a', options => '{"spi_workers": 60}')}, qr/53400.*worker slots.*max_worker_processes/s, 'more workers than slots');
refused(q{SELECT pg_stress.start_test('a', workload => 'select_only')}, qr/pgbench/, 'pgbench\'s tables are missing');
refused(q{BEGIN; INSERT INTO t VALUES (1000, 'x'); SELECT pg_stress.start_test('a')}, qr/25001.*has written/s, 'a transaction that has written');
is($node->safe_psql('postgres', q{DO $$ BEGIN PERFORM pg_stress.start_test('a', 'extreme'); EXCEPTION WHEN undefined_object THEN NULL; END $$; SELECT 'caught'}),
	'caught', 'the error can be caught by its SQLSTATE');

# The caller holds a lock that the coordinator needs: an error, never a hang.
refused(q{BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_stress.start_test('a')},
	qr/(55006.*blocks the run|55P03)/s, 'the caller blocks the run');

# Cancelling the caller ends the coordinator.
my ($code, $out, $err) = $node->psql('postgres',
	q{SET statement_timeout = '300ms'; BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_stress.start_test('a')});
like($err, qr/statement timeout/, 'a cancelled caller gets its own error');
ok(wait_for_no_workers($node), 'and leaves no coordinator');

is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stress.recorded_run'), '0', 'refused runs leave no row');
is($node->safe_psql('postgres', 'SELECT count(*) FROM t'), '100', 'nor anything in the tables');

# An empty database.
$node->safe_psql('postgres', 'CREATE DATABASE empty');
$node->safe_psql('empty', 'CREATE EXTENSION pg_stress');
like(sql_error($node, q{SELECT pg_stress.start_test('a')}, 'empty'), qr/55000.*no operation.*create_sample_shop/s, 'a database without tables');
like(sql_error($node, q{SELECT pg_stress.stop_test()}), qr/no run is at work/, 'nothing to stop');
like(sql_error($node, q{SELECT pg_stress.wait_test(77)}), qr/run 77 does not exist/, 'no such run');

# No free slot at all.
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
$node->restart;
refused(q{SELECT pg_stress.start_test('a')}, qr/53400.*max_worker_processes/s, 'no free worker slot');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;

# Roles.
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE tester LOGIN;
CREATE ROLE other LOGIN;
CREATE ROLE group_only NOLOGIN;
GRANT USAGE ON SCHEMA pg_stress TO tester, other, group_only;
SQL
like(sql_error($node, q{SET ROLE tester; SELECT pg_stress.start_test('a')}), qr/42501/, 'functions are revoked from PUBLIC');
$node->safe_psql('postgres', <<'SQL');
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_stress TO tester, other, group_only;
SQL
like(sql_error($node, q{SET ROLE tester; SELECT pg_stress.start_test('a')}), qr/55000.*no operation/s, 'a role without privileges on tables has nothing to run');
$node->safe_psql('postgres', 'GRANT SELECT ON t TO tester');
my $run = $node->safe_psql('postgres', q{SET ROLE tester; SELECT pg_stress.start_test('as tester', 'max', '5 minutes', options => '{"warmup_s": 0}')});
like($run, qr/^\d+$/, 'a role that may read runs reads');
ok($node->poll_query_until('postgres', "SELECT operations > 0 FROM pg_stress.live($run)"), 'it runs');
is($node->safe_psql('postgres', q{SELECT DISTINCT usename FROM pg_stat_activity WHERE backend_type = 'pg_stress worker'}), 'tester', 'workers run as the role that called');
like(sql_error($node, q{SET ROLE other; SELECT pg_stress.stop_test()}), qr/42501.*permission denied for run/s, 'another role cannot stop it');
is($node->safe_psql('postgres', q{SET ROLE other; SELECT pg_stress.stop_all()}), '0', 'nor by stop_all');
like($node->safe_psql('postgres', q{SET ROLE tester; SELECT pg_stress.stop_test()}), qr/^(stopped|finishing)$/, 'its own role can');
wait_for_end($node, $run);
is($node->safe_psql('postgres', 'SELECT count(*) FROM t'), '100', 'the table is as it was');

# Nobody runs SQL of a role that has fewer rights.
$node->safe_psql('postgres', q{SET ROLE tester; SELECT pg_stress.create_workload('nightly', '{"operations": [{"name": "x", "steps": [{"sql": "SELECT 1"}]}]}')});
refused(q{SELECT pg_stress.start_test('a', workload => 'nightly')}, qr/42501.*permission denied for workload "nightly".*tester/s, 'a superuser does not run the SQL of another role');
like(sql_error($node, q{SET ROLE other; SELECT pg_stress.create_workload('nightly', '{"operations": [{"name": "x", "steps": [{"sql": "SELECT 2"}]}]}')}), qr/42501.*nightly/s, 'another role does not replace it');

# Preflight.
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stress.preflight() WHERE status = 'blocked'"), '0', 'nothing blocks here');
$node->append_conf('postgresql.conf', "wal_level = replica\nmax_replication_slots = 2");
$node->restart;
$node->safe_psql('postgres', q{SELECT pg_create_physical_replication_slot('kept')});
refused(q{SELECT pg_stress.start_test('a')}, qr/55000.*preflight blocks.*replication.*force/s, 'a replication slot blocks');
$run = $node->safe_psql('postgres', q{SELECT pg_stress.start_test('forced', options => '{"force": true, "operations": 20}')});
is(wait_for_end($node, $run), 'completed', 'force starts it all the same');
$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('kept')});

finish_test($node);

# What the TAP tests share: nodes with the extension, waiting for runs, the checks at the end.
#
#   use PgStress;
#   my $node = stress_node('main', shop => 0.01, conf => "work_mem = '8MB'");
#   my $run = $node->safe_psql('postgres', "SELECT pg_stress.start_test('a', 'low', '5 seconds')");
#   is(wait_for_end($node, $run), 'completed', 'the run completes');
#   finish_test($node);          # no crash in the log, no worker left; done_testing
package PgStress;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(stress_node wait_for_state wait_for_end wait_for_no_workers worker_count
  sql_error expect_crash finish_test);

my %crash_expected;

# A started node with stock limits, cheap to run, with the extension in database postgres.
# Options: conf (text for postgresql.conf), shop (scale of a sample shop), extension (0: none),
# init (arguments of PostgreSQL::Test::Cluster's init).
sub stress_node
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	my %init = %{ $options{init} // {} };
	$node->init(%init, extra => [ '-U', 'postgres', '--no-locale', '--encoding=UTF8', @{ $init{extra} // [] } ]);
	$node->append_conf('postgresql.conf', <<'CONF');
log_statement = none
log_line_prefix = '%m [%p] %b %q%a '
restart_after_crash = on
shared_buffers = 64MB
fsync = off
CONF
	$node->append_conf('postgresql.conf', $options{conf}) if defined $options{conf};
	$node->start;
	if ($options{extension} // 1)
	{
		$node->safe_psql('postgres', 'CREATE EXTENSION pg_stress');
		$node->safe_psql('postgres',
			"SELECT * FROM pg_stress.create_sample_shop($options{shop})")
		  if $options{shop};
	}
	return $node;
}

# Waits until the run is in one of the states (a regular expression); returns the state it is in.
sub wait_for_state
{
	my ($node, $run, $states, $database) = @_;
	$database //= 'postgres';
	$node->poll_query_until($database,
		"SELECT state ~ '^($states)\$' FROM pg_stress.run WHERE run_id = $run")
	  or diag("run $run is not in $states: "
		  . $node->safe_psql($database, "SELECT * FROM pg_stress.run WHERE run_id = $run"));
	return $node->safe_psql($database, "SELECT state FROM pg_stress.run WHERE run_id = $run");
}

sub wait_for_end
{
	my ($node, $run, $database) = @_;
	return wait_for_state($node, $run, 'completed|stopped|failed|lost', $database);
}

sub worker_count
{
	my ($node) = @_;
	return $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg\\_stress%'");
}

sub wait_for_no_workers
{
	my ($node) = @_;
	return $node->poll_query_until('postgres',
		"SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type LIKE 'pg\\_stress%'");
}

# Runs SQL that must fail; returns the error as psql prints it with SQLSTATE, detail and hint.
sub sql_error
{
	my ($node, $sql, $database) = @_;
	my ($code, $out, $err) = $node->psql($database // 'postgres', "\\set VERBOSITY verbose\n$sql");
	return $code == 0 ? "no error; output: $out" : $err;
}

# For tests that kill on purpose: the log of this node may tell of it.
sub expect_crash
{
	my ($node) = @_;
	$crash_expected{ $node->name } = 1;
	return;
}

# The last call of a test: checks each node, stops it, ends the test.
sub finish_test
{
	for my $node (@_)
	{
		my $name = $node->name;
		ok(wait_for_no_workers($node), "$name: no pg_stress process is left") or diag(
			$node->safe_psql('postgres',
				"SELECT pid, backend_type, state, wait_event, query FROM pg_stat_activity
				 WHERE backend_type LIKE 'pg\\_stress%'"));
		$node->stop('fast');
		next if $crash_expected{$name};
		my @crashes = grep { /terminated by signal|PANIC:|TRAP:|segfault|server process .* was terminated/ }
		  split /\n/, slurp_file($node->logfile);
		is(join("\n", @crashes), '', "$name: no crash in the log");
	}
	done_testing();
	return;
}

# Every node's superuser is named postgres, whoever runs the tests.
$ENV{PGUSER} = 'postgres';

1;

# The extension installs in a stock server, names what it is, and goes without a trace.
use strict;
use warnings;
use PgStress;
use Test::More;

my $node = stress_node('main');
is( $node->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'pg_stress'"),
	'1.0',
	'the extension is there');
is($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), '', 'without preloading');
is(worker_count($node), 0, 'an idle extension has no worker');

$node->safe_psql('postgres', 'DROP EXTENSION pg_stress');
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_namespace WHERE nspname = 'pg_stress'"),
	0, 'nothing stays after DROP EXTENSION');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stress');
finish_test($node);

# A real schema that nobody here designed: Northwind.
use strict;
use warnings;
use PgStress;
use Test::More;

my $file = ($ENV{PGS_TOP} // '.') . '/../shared/schemas/northwind.sql';
plan skip_all => "$file is not there or not readable" if !-r $file;

my $node = stress_node('main');
$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr('postgres'), '-f', $file ],
	'northwind loads');
$node->safe_psql('postgres', 'ANALYZE');
is( $node->safe_psql('postgres', 'SELECT tables, relationships FROM pg_stress.introspect()'),
	'14|13', 'tables and relationships');
is( $node->safe_psql('postgres', 'SELECT table_name, class FROM pg_stress.schema_table ORDER BY 1'),
	join("\n", qw(
		categories|lookup
		customer_customer_demo|junction
		customer_demographics|lookup
		customers|entity
		employee_territories|junction
		employees|hierarchical
		order_details|junction
		orders|transactional
		products|entity
		region|lookup
		shippers|lookup
		suppliers|entity
		territories|lookup
		us_states|lookup)),
	'classes');
is( $node->safe_psql('postgres', "SELECT rows FROM pg_stress.schema_table WHERE table_name = 'order_details'"),
	'2155', 'row estimate');
finish_test($node);

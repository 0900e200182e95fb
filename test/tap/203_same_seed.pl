# Same seed, same load: operations and parameter ranks for any number of workers; identical rows
# with one worker.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PgStress;

my $node = stress_node('seed');
my $schema = <<'SQL';
CREATE EXTENSION pg_stress;
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, grade int NOT NULL);
CREATE TABLE purchase (id bigint PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, amount numeric(8,2) NOT NULL, state text NOT NULL);
CREATE INDEX ON purchase (customer_id);
INSERT INTO customer SELECT g, 'name ' || g, g % 7 FROM generate_series(1, 500) g;
INSERT INTO purchase SELECT g, 1 + g % 500, g, (ARRAY['new', 'paid', 'sent'])[1 + g % 3] FROM generate_series(1, 3000) g;
ANALYZE;
SQL

my (%checksum, %counts, %rows);
for my $case ([ 'one', 1, 7 ], [ 'again', 1, 7 ], [ 'two', 2, 7 ], [ 'five', 5, 7 ], [ 'other', 1, 8 ])
{
	my ($name, $workers, $seed) = @$case;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, $schema);
	my $run = $node->safe_psql($name,
		qq{SELECT pg_stress.start_test('$name', 'max', seed => $seed, options => '{"operations": 1000, "spi_workers": $workers}')});
	is(wait_for_end($node, $run, $name), 'completed', "$name: completes");
	$checksum{$name} = $node->safe_psql($name, "SELECT setup->>'load_checksum' FROM pg_stress.recorded_run WHERE run_id = $run");
	$counts{$name} = $node->safe_psql($name,
		"SELECT string_agg(operation || '=' || calls + errors, ' ' ORDER BY operation) FROM pg_stress.run_operation WHERE run_id = $run AND calls + errors > 0");
	$rows{$name} = $node->safe_psql($name, <<'SQL');
SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM customer c
UNION ALL
SELECT md5(string_agg((p.id, p.customer_id, p.amount, p.state)::text, ',' ORDER BY id)) FROM purchase p
SQL
}
like($checksum{one}, qr/^\S+$/, 'there is a checksum of operations and ranks');
is($checksum{$_}, $checksum{one}, "$_: the same operations and ranks as with one worker") for ('again', 'two', 'five');
isnt($checksum{other}, $checksum{one}, 'another seed is another load');
is($counts{$_}, $counts{one}, "$_: the same number of calls of each operation") for ('again', 'two', 'five');
is($rows{again}, $rows{one}, 'identical rows with one worker');
isnt($rows{other}, $rows{one}, 'other rows with another seed');

finish_test($node);

# Same seed, same load: operations and parameter ranks do not depend on the number of workers, and
# with one worker and equal data the rows are the same, too.
use strict;
use warnings;
use PgStress;
use Test::More;

my $node = stress_node('main', shop => 0.02);

sub run_by_count
{
	my ($workload, $workers, $seed, $operations, $more, $database) = @_;
	my $run = $node->safe_psql($database // 'postgres',
		"SELECT pg_stress.start_test('same load', 'max', workload => '$workload', seed => $seed,
		   options => '{\"operations\": $operations, \"spi_workers\": $workers, \"force\": true $more}')");
	is(wait_for_end($node, $run, $database), 'completed', "$workload, $workers workers, seed $seed");
	return $node->safe_psql(
		$database // 'postgres', "SELECT figures->>'load_checksum', done, failed, unfinished
		 FROM pg_stress.run WHERE run_id = $run");
}

# The data stays as it is, so that each run begins alike; the workload is that of the first run, for
# what is generated depends on the sizes of tables, which grow even by what is rolled back.
my $rollback = ', "rollback": true';
my $expected = run_by_count('auto', 1, 7, 1000, "$rollback, \"schemas\": [\"shop\"]");
like($expected, qr/^\d+\|1000\|0\|0$/, 'a run by count executes each number once');
is(run_by_count('run:1', $_, 7, 1000, $rollback), $expected, "the same load with $_ workers")
  for (1, 2, 5);
isnt(run_by_count('run:1', 2, 8, 1000, $rollback), $expected, 'another load with another seed');

# Two databases with the same rows, and a workload that draws from all kinds of sources.
my $definition = <<'JSON';
{"operations": [
 {"name": "insert", "steps": [
  {"sql": "INSERT INTO item VALUES ($1, $2, $3, $4)", "params": [
    {"sequence": 0, "column": "public.item.id"}, {"column": "public.item.id"},
    {"random": [0, 100], "distribution": "normal", "whole": false}, {"unique": 12}]}]},
 {"name": "update", "weight": 2, "steps": [
  {"sql": "SELECT id, price FROM item WHERE id = $1", "params": [{"column": "public.item.id"}]},
  {"sql": "UPDATE item SET price = $2 + 1, likes = $3 WHERE id = $1", "params": [
    {"result": 0, "column": "id"}, {"result": 0, "column": "price"},
    {"column": "public.item.id", "skew": "recent", "pick": 2}]}]},
 {"name": "delete", "weight": 0.4, "steps": [
  {"sql": "DELETE FROM item WHERE id = $1", "params": [
    {"column": "public.item.id", "reserved": true}]}]}]}
JSON
my %rows;
for my $database ('one', 'two')
{
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, <<"SQL");
CREATE EXTENSION pg_stress;
CREATE TABLE item (id int PRIMARY KEY, likes int, price numeric, code text UNIQUE);
INSERT INTO item SELECT i, i, i, 'old' || i FROM generate_series(1, 3000) i;
ANALYZE item;
SELECT pg_stress.create_workload('items', '$definition');
SQL
	run_by_count('items', 1, 3, 2500, '', $database);
	$rows{$database} = $node->safe_psql($database,
		"SELECT count(*), md5(string_agg(item::text, ',' ORDER BY id)) FROM item");
}
is($rows{two}, $rows{one}, 'the same rows in both databases');
isnt((split /\|/, $rows{one})[0], 3000, 'and not those of the beginning');
is( $node->safe_psql('one', "SELECT sum(errors) FROM pg_stress.run_operation"),
	0, 'without an error');
cmp_ok(
	$node->safe_psql('one',
		"SELECT 1.0 * empty / calls FROM pg_stress.run_operation WHERE operation = 'delete'"),
	'<', 0.05, 'rows for deletion are used once each');
finish_test($node);

# No table, column or schema is known by name: the sample shop with every one of them renamed gets
# the same classes, the same operations and the same load. (Its triggers are dropped in both: their
# functions name columns.)
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PgStress;

my $node = stress_node('renamed', extension => 0);

my $drop_triggers = <<'SQL';
DO $$ DECLARE t record; BEGIN
	FOR t IN SELECT tgname, tgrelid::regclass AS relation FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
	         WHERE NOT tgisinternal AND tgparentid = 0 AND c.relnamespace = 'shop'::regnamespace LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation);
	END LOOP;
END $$;
SQL
# New names sort as the old ones do, so that both models have the same order.
my $rename = <<'SQL';
DO $$ DECLARE t record; col record; BEGIN
	FOR t IN SELECT c.oid, c.relname, row_number() OVER (ORDER BY c.relname COLLATE "C") AS n FROM pg_class c
	         WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') ORDER BY 2 LOOP
		FOR col IN SELECT attname, attnum FROM pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attinhcount = 0 LOOP
			EXECUTE format('ALTER TABLE shop.%I RENAME COLUMN %I TO %I', t.relname, col.attname, 'Col ' || col.attnum);
		END LOOP;
		EXECUTE format('ALTER TABLE shop.%I RENAME TO %I', t.relname, 'T ' || to_char(t.n, 'FM000'));
	END LOOP;
	ALTER SCHEMA shop RENAME TO "Some Where";
END $$;
SQL

my (%class, %operations, %run);
for my $name ('plain', 'renamed')
{
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, 'CREATE EXTENSION pg_stress');
	$node->safe_psql($name, 'SELECT * FROM pg_stress.create_sample_shop(0.01)');
	$node->safe_psql($name, $drop_triggers);
	$node->safe_psql($name, $rename) if $name eq 'renamed';
	$class{$name} = $node->safe_psql($name,
		q{SELECT string_agg(class, ' ' ORDER BY table_name COLLATE "C") FROM pg_stress.schema_table});
	$operations{$name} = $node->safe_psql($name, <<'SQL');
SELECT string_agg(concat_ws(' ', family, round(weight::numeric, 6), steps), E'\n' ORDER BY family, weight, steps)
FROM (SELECT operation, family, max(weight) AS weight, count(*) AS steps FROM pg_stress.operations() WHERE operation IS NOT NULL GROUP BY 1, 2) o
SQL
	my $run = $node->safe_psql($name,
		q{SELECT pg_stress.start_test('x', 'max', seed => 3, options => '{"operations": 500, "spi_workers": 1}')});
	is(wait_for_end($node, $run, $name), 'completed', "$name: a run completes");
	$run{$name} = $node->safe_psql($name, <<SQL);
SELECT string_agg(family || ' ' || calls, E'\\n' ORDER BY family)
FROM (SELECT family, sum(calls + errors) AS calls FROM pg_stress.run_operation WHERE run_id = $run GROUP BY 1) f
SQL
}
like($class{plain}, qr/entity/, 'the shop has classes');
is($class{renamed}, $class{plain}, 'renamed, each table has the same class');
cmp_ok(scalar(split /\n/, $operations{plain}), '>', 100, 'the shop has operations');
is($operations{renamed}, $operations{plain}, 'renamed, the operations are the same');
is($run{renamed}, $run{plain}, 'renamed, the load is the same');
is( $node->safe_psql('renamed',
		q{SELECT count(*) FROM pg_stress.operations() WHERE sql ~ '\m(customer|product|order_line|shop)\M'}),
	'0', 'no name of before is left in a statement');

finish_test($node);

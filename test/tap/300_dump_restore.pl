# Dump and restore: the same catalog, the user's own definitions, and a run in the restored database.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PgStress;

my $node = stress_node('dump', extension => 0);
$node->safe_psql('postgres', 'CREATE DATABASE a');
$node->safe_psql('postgres', 'CREATE DATABASE b');
$node->safe_psql('a', <<'SQL');
CREATE EXTENSION pg_stress;
CREATE TABLE t (id int PRIMARY KEY, v text NOT NULL);
INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 200) g;
ANALYZE t;
INSERT INTO pg_stress.intensity (name, description, think_time_ms) VALUES ('mine', 'of my own', 3);
SELECT pg_stress.create_workload('reads', '{"operations": [{"name": "r", "steps": [{"sql": "SELECT v FROM t WHERE id = $1", "params": [{"column": "public.t.id"}]}]}]}');
SELECT pg_stress.classify('t', 'lookup');
SQL
my $run = $node->safe_psql('a',
	q{SELECT pg_stress.start_test('before', 'mine', workload => 'reads', options => '{"operations": 100}')});
is(wait_for_end($node, $run, 'a'), 'completed', 'a run before the dump');

my $dump = $node->basedir . '/a.sql';
$node->command_ok([ 'pg_dump', '-d', $node->connstr('a'), '-f', $dump ], 'dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('b'), '-f', $dump ], 'restore');

my $catalog = <<'SQL';
SELECT pg_catalog.pg_describe_object(classid, objid, 0) || ' | ' || coalesce(pg_catalog.obj_description(objid, classid::regclass::name), '')
FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid AND d.refclassid = 'pg_extension'::regclass
WHERE e.extname = 'pg_stress' AND d.deptype = 'e'
UNION ALL
SELECT p.oid::regprocedure::text || ' ' || pg_get_function_arguments(p.oid) || ' ' || coalesce(p.proacl::text, '') || ' ' || coalesce(p.proconfig::text, '')
FROM pg_proc p WHERE p.pronamespace = 'pg_stress'::regnamespace
UNION ALL
SELECT c.oid::regclass::text || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '') || ' ' || coalesce(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull, ', ' ORDER BY a.attnum), '')
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'pg_stress'::regnamespace GROUP BY c.oid, c.relkind, c.relacl
ORDER BY 1
SQL
my $of_a = $node->safe_psql('a', $catalog);
cmp_ok(scalar(split /\n/, $of_a), '>', 100, 'the catalog of the extension');
is($node->safe_psql('b', $catalog), $of_a, 'the restored catalog is the same');

my $own = q{SELECT 'intensity ' || name FROM pg_stress.intensity UNION ALL SELECT 'workload ' || name || definition::text FROM pg_stress.workload
            UNION ALL SELECT 'class ' || o::text FROM pg_stress.class_override o ORDER BY 1};
is($node->safe_psql('b', $own), $node->safe_psql('a', $own), 'own definitions are there, built-in ones once');
is($node->safe_psql('b', 'SELECT count(*) FROM pg_stress.run'), '0', 'the history of runs stays where it was');
$run = $node->safe_psql('b',
	q{SELECT pg_stress.start_test('after', 'mine', workload => 'reads', options => '{"operations": 100}')});
is(wait_for_end($node, $run, 'b'), 'completed', 'a run in the restored database');

# Dropped, it leaves nothing.
$node->safe_psql('b', 'DROP EXTENSION pg_stress');
is($node->safe_psql('b', q{SELECT count(*) FROM pg_namespace WHERE nspname = 'pg_stress'}), '0', 'DROP EXTENSION leaves nothing behind');

finish_test($node);

# 5,000 tables with 10,000 foreign keys are read about as fast as plain catalog queries read them,
# and not at all when nothing has changed. Ratios within this run, never absolute times.
use strict;
use warnings;
use List::Util qw(min);
use PgStress;
use Test::More;

my $node = stress_node('main',
	conf => "autovacuum = off\nmax_locks_per_transaction = 256\nfull_page_writes = off\n");

$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA big;
SET search_path = big;
CREATE TYPE state AS ENUM ('new', 'done');
DO $$
BEGIN
    FOR i IN 1..5000 LOOP
        EXECUTE format(
            'CREATE TABLE t%s (id bigint PRIMARY KEY, name varchar(40) NOT NULL DEFAULT %L,
             state state NOT NULL, amount numeric(10, 2), p bigint REFERENCES t%s,
             q bigint REFERENCES t%s, note varchar(100), at timestamptz NOT NULL DEFAULT now())',
            i, 'x', 1 + (i * 7919) % greatest(i - 1, 1), 1 + (i * 31) % greatest(i - 1, 1));
        IF i % 100 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END $$;
SQL

# The same facts by SQL, as a client would ask for them.
my $plain = <<'SQL';
DO $$
DECLARE
    begun timestamptz := clock_timestamp();
BEGIN
    PERFORM c.oid, n.nspname, c.relname, c.reltuples, c.relpages
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_';
    PERFORM a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped;
    PERFORM conrelid, conname, confrelid, conkey, confkey FROM pg_constraint WHERE contype IN ('f', 'c');
    PERFORM i.indrelid, c.relname, i.indkey, i.indisunique
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid;
    PERFORM tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal;
    PERFORM set_config('plain.ms', (extract(epoch FROM clock_timestamp() - begun) * 1000)::text, false);
END $$;
SELECT current_setting('plain.ms');
SQL

# The best of some new sessions of each, in turn: the machine may be busy.
my (@plain, @cold, @warm, @counts);
for my $round (1 .. 5)
{
	push @plain, $node->safe_psql('postgres', $plain);
	my @lines = split /\n/, $node->safe_psql('postgres', <<'SQL');
SELECT tables, relationships, cached, elapsed_ms FROM pg_stress.introspect();
SELECT tables, relationships, cached, elapsed_ms FROM pg_stress.introspect();
SQL
	my ($cold, $warm) = map { [ split /\|/ ] } @lines;
	is_deeply([ @$cold[ 0 .. 2 ] ], [ 5000, 10000, 'f' ], "a new session reads it (round $round)");
	is_deeply([ @$warm[ 0 .. 2 ] ], [ 5000, 10000, 't' ], "and keeps it (round $round)");
	push @cold, $cold->[3];
	push @warm, $warm->[3];
}
note(sprintf 'plain queries %.1f ms, cold %.1f ms, unchanged %.3f ms', min(@plain), min(@cold), min(@warm));
cmp_ok(min(@cold), '<', 3 * min(@plain), 'a cold read takes less than three times the plain queries');
cmp_ok(min(@warm), '<', 0.05 * min(@plain), 'an unchanged schema costs next to nothing');

is( $node->safe_psql('postgres', <<'SQL'), "b", 'one renamed column of 40,000 is noticed');
DO $$ BEGIN PERFORM * FROM pg_stress.introspect(); END $$;
ALTER TABLE big.t2500 RENAME COLUMN note TO b;
SELECT column_name FROM pg_stress.schema_column
WHERE table_name = 't2500' AND number = 7;
SQL

finish_test($node);

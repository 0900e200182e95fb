# The ORM patterns are what an ORM sends: compared, statement by statement, with SQLAlchemy.
use strict;
use warnings;
use IPC::Run 'run';
use PgStress;
use PostgreSQL::Test::Utils;
use Test::More;

my $python = '/usr/bin/python3'; # Debian's, which has Debian's packages
my $version = '';
if (!run([ $python, '-c', 'import sqlalchemy, psycopg2; print(sqlalchemy.__version__)' ], '>', \$version, '2>', \my $no_err))
{
	plan skip_all => 'SQLAlchemy and psycopg2 are not installed (python3-sqlalchemy, python3-psycopg2)';
}
# The shapes are those of 1.4; 2.0 labels columns and sends rows in bulk in another way.
plan skip_all => "compared with SQLAlchemy 1.4 only; this is $version" if $version !~ /^1\.4\./;

my $node = stress_node('main', shop => 0.01);
$node->safe_psql('postgres', 'ANALYZE');
my $script = "$ENV{PGS_STAGE}/test/orm/sqlalchemy_shapes.py";
my ($out, $err) = ('', '');
my $ran = run([ $python, $script, $node->connstr('postgres') . " user=postgres" ], '>', \$out, '2>', \$err);
ok($ran, 'SQLAlchemy maps the schema and runs every pattern') or diag($err);

my %same;
foreach my $line (split /\n/, $out)
{
	$same{$1}++ if $line =~ /^same (\S+)/;
}
unlike($out, qr/^differs/m, 'every statement is the one that SQLAlchemy sends')
  or diag($out);
my @families = qw(n_plus_1 eager_joined eager_subquery eager_selectin orm_bulk_insert
  load_modify_save pagination aggregation exists_filter relationship_join);
foreach my $family (@families)
{
	cmp_ok($same{$family} // 0, '>=', 3, "$family was compared on several tables");
}
finish_test($node);

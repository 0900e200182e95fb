# Every command in README.md and docs/ runs: ```sql blocks of a file in one session, in their order,
# ```sh blocks line by line. A make target is looked up instead, it may well be what runs this.
# ```text is output. A file that creates the extension itself starts in an empty database, any
# other has the extension and a small shop.
use strict;
use warnings;
use PgStress;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = $ENV{PGS_STAGE};
my @files = grep { -f } "$top/README.md", "$top/CONTRIBUTING.md", sort glob "$top/docs/*.md";
my %blocks = map { $_ => [ fenced_blocks($_) ] } @files;
my %target = map { $_ => 1 } map { split ' ' } slurp_file("$top/Makefile") =~ /^([a-z][a-z0-9 -]*):(?!=)/mg;
$target{$_} = 1 for qw(all install uninstall clean), split ' ', slurp_file("$top/Makefile") =~ /^PARTS_OF_TEST = (.*)/m ? $1 : '';

my $node = stress_node('docs', extension => 0);
my $count = 0;
for my $file (@files)
{
	my $name = $file =~ s{^\Q$top\E/}{}r;
	my @wrong = grep { $_->{tag} !~ /^(sql|sh|text|json|ini)$/ } @{ $blocks{$file} };
	is(join(', ', map { "line $_->{line}: '$_->{tag}'" } @wrong), '', "$name: each block says what it is");

	my @sql = grep { $_->{tag} eq 'sql' } @{ $blocks{$file} };
	my @sh  = grep { $_->{tag} eq 'sh' } @{ $blocks{$file} };
	next unless @sql || @sh;
	my $database = 'docs_' . ++$count;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	if (@sql && !grep { $_->{text} =~ /CREATE EXTENSION pg_stress/ } @sql)
	{
		$node->safe_psql($database, 'CREATE EXTENSION pg_stress');
		$node->safe_psql($database, 'SELECT * FROM pg_stress.create_sample_shop(0.01)');
	}
	if (@sql)
	{
		my $script = join '', map { "\\echo line $_->{line}\n$_->{text}\n" } @sql;
		my ($code, $out, $err) =
		  $node->psql($database, $script, on_error_stop => 1, timeout => 200);
		my ($line) = reverse $out =~ /^line (\d+)$/mg;
		is($code, 0, "$name: its SQL runs") or diag("in the block at line $line: $err");
	}
	for my $block (@sh)
	{
		run_line($name, $database, $_) for grep { /\S/ && !/^\s*#/ } split /\n/, $block->{text};
	}
	$node->psql($database, 'SELECT pg_stress.stop_all()') if @sql;
	wait_for_no_workers($node);
}
finish_test($node);

sub fenced_blocks
{
	my ($file) = @_;
	my (@blocks, $open);
	my $number = 0;
	for my $line (split /\n/, slurp_file($file))
	{
		$number++;
		if ($line =~ /^\s*```(\S*)/)
		{
			if   ($open) { push @blocks, $open; undef $open; }
			else         { $open = { tag => $1, line => $number, text => '' }; }
		}
		elsif ($open) { $open->{text} .= "$line\n"; }
	}
	return @blocks;
}

sub run_line
{
	my ($name, $database, $line) = @_;
	$line =~ s/\s+#.*//;
	if ($line =~ /^(?:sudo )?(?:[A-Z_]+=\S+ )*make((?: [^\s-]\S*)*)\s*$/)
	{
		my @unknown = grep { !/=/ && !$target{$_} } split ' ', $1;
		is("@unknown", '', "$name: $line");
	}
	elsif ($line =~ /^(?:git clone \S+|cd \S+)/)
	{
		pass("$name: $line (not run)");
	}
	elsif ($line =~ /^(psql|createdb|dropdb|pgbench|pg_dump) /)
	{
		local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => $database);
		my $status = system('bash', '-c', $line);
		is($status, 0, "$name: $line");
	}
	elsif ($line =~ m{^(?:bash )?((?:\./)?(?:test|docs|\.ci)/\S+)})
	{
		ok(-f "$top/$1", "$name: $line names a script that is there");
	}
	else
	{
		fail("$name: $line is not a command that this test knows");
	}
	return;
}

# Runs the TAP files of the stage and writes "passed failed skipped" to $PGS_TAP_COUNTS.
# A file that dies, runs out of time or breaks its plan counts as one failure more.
use strict;
use warnings;
use TAP::Harness;

my @files = sort glob "$ENV{PGS_STAGE}/test/tap/*.pl";
@files = grep { index($_, $ENV{ONLY}) >= 0 } @files if defined $ENV{ONLY};
my $limit = $ENV{TAP_TIMEOUT} // 300;
my $harness = TAP::Harness->new(
	{
		exec     => [ 'timeout', '-k', '20', '-s', 'INT', $limit, $^X ],
		jobs     => $ENV{TAP_JOBS} // 2,
		timer    => 1,
		failures => 1,
		merge    => 0,
	});
chdir $ENV{TESTDIR} or die "cannot enter $ENV{TESTDIR}: $!";
my $aggregate = $harness->runtests(map { [ $_, $_ =~ s{.*/}{}r ] } @files);

my $skipped = $aggregate->skipped;
my $failed  = $aggregate->failed;
for my $name ($aggregate->descriptions)
{
	my ($parser) = $aggregate->parsers($name);
	my $broken = $parser->exit || $parser->wait || $parser->parse_errors;
	$failed++ if !$parser->failed && $broken;
	$skipped++ if $parser->skip_all;
}

# Why a file died stands only in its log.
for my $name (grep { my ($p) = $aggregate->parsers($_); $p->failed || $p->exit } $aggregate->descriptions)
{
	my $log = "$ENV{TESTLOGDIR}/regress_log_" . $name =~ s/\.pl$//r;
	open my $lines, '<', $log or next;
	my @lines = grep { !/^(waiting for|server stopped|### |# (Running|Postmaster|No postmaster))/ } <$lines>;
	print "--- the end of the log of $name\n", @lines[ ($#lines < 15 ? 0 : $#lines - 15) .. $#lines ];
}
my $passed = $aggregate->passed - $aggregate->skipped;
open my $counts, '>', $ENV{PGS_TAP_COUNTS} or die "cannot write the counts: $!";
print $counts "$passed $failed $skipped\n";
close $counts;
exit($failed ? 1 : 0);

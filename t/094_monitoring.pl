# examples/monitoring: both exporters serve their metrics, which Prometheus scrapes under
# the same names; every query of the dashboard and of the alerts finds its metrics.

use strict;
use warnings;

use FindBin;
use HcjwtTest;
use HTTP::Tiny;
use JSON::PP;
use Programs;

my @programs = qw(prometheus promtool prometheus-postgres-exporter prometheus-sql-exporter);
foreach my $program (@programs)
{
	plan skip_all => "$program is not installed" unless Programs::find($program);
}

my $from = "$FindBin::RealBin/../examples/monitoring";
my $dir = PostgreSQL::Test::Utils::tempdir;
my %port = map { $_ => PostgreSQL::Test::Cluster::get_free_port() } qw(postgres sql prometheus);
my $programs = Programs->new;

sub get
{
	my ($url) = @_;

	return HTTP::Tiny->new(timeout => 10, no_proxy => '127.0.0.1')->get($url);
}

sub query
{
	my ($promql) = @_;
	my $answer = get("http://127.0.0.1:$port{prometheus}/api/v1/query?" . HTTP::Tiny->new->www_form_urlencode({ query => $promql }));

	return ($answer->{status}, $answer->{success} ? @{ decode_json($answer->{content})->{data}{result} } : ());
}

# How many series does it find?
sub found
{
	my @answer = query(@_);

	return @answer - 1;
}

# the alert rules alone
command_like([ 'promtool', 'check', 'rules', "$from/alerts.yml" ], qr/SUCCESS: \d+ rules found/, 'promtool accepts the alerts');
command_like([ 'promtool', 'check', 'config', "$from/prometheus.yml" ], qr/is valid/, 'promtool accepts the configuration');
my ($status, $out, $err) = (0, '', '');
IPC::Run::run([ 'promtool', 'test', 'rules', "$from/alerts.test.yml" ], '>', \$out, '2>', \$err) or $status = 1;
is($status, 0, 'each alert fires when it should, and no other') or diag("$out$err");
my @tested = do { my $text = slurp_file("$from/alerts.test.yml"); $text =~ /alertname="(\w+)"/g };
my $rules = slurp_file("$from/alerts.yml");
my @alerts = $rules =~ /alert: (\w+)/g;
my %tested = map { $_ => 1 } @tested;
is_deeply([ grep { !$tested{$_} } @alerts ], [], 'each alert has a test');

# a server with something of each kind to report
my $hc = HelpCenter->new(args => ['--http']);
my $gone = HelpCenter->new(args => ['--http']);
my $node = hcjwt_cluster('main', $hc, conf => 'hcjwt.unknown_key_wait = 0');
$node->safe_psql('postgres', 'CREATE ROLE monitoring LOGIN; GRANT pg_monitor TO monitoring');
add_help_center($node, 'acme', $hc);
add_help_center($node, 'gone', $gone);
wait_until('keys', sub { keys_of($node) == 2 });
$node->safe_psql('postgres', "INSERT INTO hcjwt.help_centers (name, base_url, keys_url) VALUES ('beta', 'https://beta.example.com', 'none')");
$node->safe_psql('postgres', 'SELECT hcjwt.verify(' . quoted($hc->sign('--claims', '{"userId":1}')) . '), hcjwt.try_verify(\'x\')');

my ($host, $pgport) = ($node->host, $node->port);
$programs->start({ name => 'postgres_exporter', environment => { DATA_SOURCE_NAME => "host=$host port=$pgport user=monitoring dbname=postgres sslmode=disable" } },
	Programs::find('prometheus-postgres-exporter'), "--web.listen-address=127.0.0.1:$port{postgres}",
	"--extend.query-path=$from/postgres_exporter.yaml", '--disable-default-metrics', '--disable-settings-metrics');
my $sql = slurp_file("$from/sql_exporter.yml");
ok($sql =~ s{postgres://monitoring\@localhost:5432/shop\?sslmode=disable}{postgres://monitoring\@/postgres?host=$host&port=$pgport&sslmode=disable}, 'sql_exporter.yml has the connection string');
ok($sql =~ s/interval: 1m/interval: 1s/, 'sql_exporter.yml has the interval');
HelpCenter::spew("$dir/sql_exporter.yml", $sql);
$programs->start('sql_exporter', Programs::find('prometheus-sql-exporter'), "-web.listen-address=127.0.0.1:$port{sql}", "-config.file=$dir/sql_exporter.yml");

my $config = slurp_file("$from/prometheus.yml");
$config =~ s/scrape_interval: 1m/scrape_interval: 1s\n  evaluation_interval: 1s/;
$config =~ s/localhost:9187/127.0.0.1:$port{postgres}/;
$config =~ s/localhost:9237/127.0.0.1:$port{sql}/;
$config =~ s{- alerts\.yml}{- $dir/alerts.yml};
# so that an alert fires at once
HelpCenter::spew("$dir/alerts.yml", $rules =~ s/for: \d+m/for: 0m/gr);
HelpCenter::spew("$dir/prometheus.yml", $config);
mkdir "$dir/data";
$programs->start('prometheus', Programs::find('prometheus'), "--config.file=$dir/prometheus.yml", "--storage.tsdb.path=$dir/data",
	"--web.listen-address=127.0.0.1:$port{prometheus}");

my %scraped;
foreach my $job (qw(postgres_exporter sql_exporter))
{
	wait_until("the metrics of $job", sub { found(qq(hcjwt_status_trusted_keys{job="$job",help_center="acme"})) && found(qq(hcjwt_rejected_tokens_total{job="$job"})) });
	my (undef, @series) = query(qq({__name__=~"hcjwt_.*",job="$job"}));
	my %value = map {
		my %label = %{ $_->{metric} };
		my $name = delete $label{__name__};

		delete @label{qw(instance job server)};
		$name . '{' . join(',', map { "$_=$label{$_}" } sort keys %label) . '}' => $_->{value}[1]
	} @series;

	$scraped{$job} = { map { $_ => 1 } keys %value };
	is($value{'hcjwt_status_trusted_keys{datname=postgres,help_center=acme}'}, 1, "$job: how many keys of a help center are trusted");
	is($value{'hcjwt_status_lapses_in_seconds{datname=postgres,help_center=beta}'}, '+Inf', "$job: without a keys URL a help center's keys never lapse");
	is($value{'hcjwt_state_info{datname=postgres,help_center=acme,state=fresh}'}, 1, "$job: the state of a help center");
	cmp_ok($value{'hcjwt_stats_verified_total{datname=postgres}'}, '>=', 1, "$job: how many tokens were accepted");
	is($value{'hcjwt_rejected_tokens_total{datname=postgres,reason=shape}'}, 1, "$job: how many tokens were refused, by reason");
	cmp_ok($value{'hcjwt_stats_fetch_seconds_total{datname=postgres}'}, '>', 0, "$job: how long fetches took");
}
is_deeply($scraped{sql_exporter}, $scraped{postgres_exporter}, 'both exporters have the same metrics and labels');

# each query of the dashboard, and of the alerts, names metrics that are there
my %metric = map { s/\{.*//r => 1 } keys %{ $scraped{postgres_exporter} };
my $dashboard = decode_json(slurp_file("$from/dashboard.json"));
my @queries = map { $_->{expr} } map { @{ $_->{targets} } } @{ $dashboard->{panels} };
cmp_ok(scalar @queries, '>=', 12, 'the dashboard has twelve queries or more');
foreach my $expression (@queries)
{
	my $plain = $expression =~ s/\$__rate_interval/1m/gr =~ s/\$instance/.*/gr;
	my ($http) = query($plain);

	is($http, 200, "Prometheus takes $plain");
	is_deeply([ grep { !$metric{$_} } $plain =~ /\b(hcjwt_\w+)/g ], [], 'each metric of that query is scraped');
}
my ($variable) = map { $_->{query}{query} // () } grep { ref $_->{query} } @{ $dashboard->{templating}{list} };
ok($metric{ $variable =~ s/label_values\((\w+),.*/$1/r }, 'the metric of the dashboard\'s variable is scraped');
my %panel;
$panel{$_}++ foreach map { $_->{id}, join ',', @{ $_->{gridPos} }{qw(x y)} } @{ $dashboard->{panels} };
is_deeply([ grep { $panel{$_} > 1 } keys %panel ], [], 'no two panels have the same id or place');
is_deeply([ grep { !$metric{$_} } $rules =~ /\b(hcjwt_\w+)/g ], [], 'each metric of the alerts is scraped');
my %shown = map { $_ => 1 } map { /\b(hcjwt_\w+)/g } @queries, $rules;
is_deeply([ grep { !$shown{$_} } sort keys %metric ], [], 'each scraped metric is in the dashboard or an alert');

# real states, and the alert that each causes: no key, no fetch for long, tokens, a restore
sub sql { return $node->safe_psql('postgres', $_[0]) }
sub firing { return found("ALERTS{alertstate='firing'," . join(',', @_) . '}') }

wait_until('the alert', sub { firing(q(alertname='HcjwtNoTrustedKey',help_center='beta')) });
$gone->ctl('fault', 'status=503');
sql(q(SELECT FROM hcjwt.refresh('gone'))) for 1 .. 5;
sql(q(UPDATE hcjwt.fetch_state SET last_success = now() - interval '4 days' WHERE help_center = 'gone'));
wait_until('the alert', sub { firing(qq(alertname='$_',help_center='gone')) }) foreach qw(HcjwtFetchFailing HcjwtKeysLapse);
my $unknown = quoted($gone->sign('--kid', 'never heard of'));
sql(qq(SELECT hcjwt.try_verify('x'), hcjwt.try_verify($unknown) FROM generate_series(1, 50)));
isnt($node->psql('postgres', 'SET hcjwt.token = ' . quoted($hc->sign('--claims', '{"userId":1}')) . '; SELECT hcjwt.user_id()'), 0, 'a token that an earlier transaction left is refused');
wait_until('the alert', sub { firing("alertname='$_'") }) foreach qw(HcjwtUnknownKeys HcjwtMistake);
wait_until('the alert', sub { firing(q(alertname='HcjwtRefusals',reason='shape')) });
is(firing(q(help_center='acme')), 0, 'no alert fires for acme');
$gone->ctl('fault', 'clear');
sql(q(SELECT FROM hcjwt.refresh('gone')));
wait_until('their end', sub { !firing(q(help_center='gone')) });
is(firing(q(alertname='HcjwtTriggersNotInForce')), 0, 'no alert fires for triggers');
sql('ALTER TABLE hcjwt.keys DISABLE TRIGGER key_changed');
ok(wait_until('the alert', sub { firing(q(alertname='HcjwtTriggersNotInForce',help_center='acme')) }),
	'each alert fires in the state that it is for');

$node->stop;
done_testing();

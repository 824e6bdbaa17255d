# Database workers store keys with the rights of the tables' owner: no other role's code
# runs with more.  They delete keys that have been retired for long.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => 'hcjwt.refetch_cooldown = 0');
my $psql = sub { return $node->safe_psql('postgres', @_) };

# Has the present answer been stored, good or bad?
sub refreshed
{
	return $psql->("SELECT state FROM hcjwt.refresh('acme')");
}

# ---- a role with GRANT ALL, and so with TRIGGER and REFERENCES ----

$psql->(<<'END');
CREATE ROLE mallory;
CREATE TABLE seen (who text, what text);
GRANT INSERT ON seen TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA hcjwt TO mallory;
GRANT ALL ON SCHEMA public TO mallory;
SET ROLE mallory;
CREATE FUNCTION attack() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen VALUES (current_user, TG_OP || ' ' || TG_TABLE_NAME);
	ALTER ROLE mallory SUPERUSER;
	RETURN coalesce(NEW, OLD);
EXCEPTION WHEN OTHERS THEN
	RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.keys FOR EACH ROW EXECUTE FUNCTION attack();
CREATE TRIGGER b AFTER INSERT OR UPDATE OR DELETE ON hcjwt.keys FOR EACH STATEMENT EXECUTE FUNCTION attack();
CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.fetch_state FOR EACH ROW EXECUTE FUNCTION attack();
CREATE CONSTRAINT TRIGGER b AFTER INSERT OR UPDATE OR DELETE ON hcjwt.fetch_state DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION attack();
CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.help_centers FOR EACH ROW EXECUTE FUNCTION attack();
END

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node) == 1 });
is(refreshed(), 'fresh', 'the worker stores');
$psql->("UPDATE hcjwt.help_centers SET keys_url = '$hc->{url}/api/v2/help_center/integration/keys'");
is(refreshed(), 'fresh', 'and stores the keys of another URL');
is($psql->("SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f', 'mallory is no superuser');
is($psql->('SELECT count(*) FROM seen'), 0, 'none of the other role\'s triggers has fired');
is($psql->("SELECT count(*) FROM hcjwt.check_policies() WHERE problem LIKE 'trigger %'"), 5, 'check_policies() names each');
cmp_ok($psql->("SELECT count(*) FROM hcjwt.check_policies() WHERE problem LIKE 'role mallory %'"), '>=', 3, 'and the role that has the right to write');
$psql->('DROP OWNED BY mallory CASCADE');

# ---- the tables' owner is no superuser: what belongs to them runs as the owner ----

$psql->(<<'END');
CREATE ROLE keeper;
GRANT ALL ON SCHEMA public TO keeper;
ALTER TABLE hcjwt.keys OWNER TO keeper;
ALTER TABLE hcjwt.fetch_state OWNER TO keeper;
ALTER TABLE hcjwt.help_centers OWNER TO keeper;
CREATE FUNCTION look(what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen VALUES (current_user, what);
	RETURN true;
END $$;
ALTER TABLE hcjwt.keys ADD CHECK (look('check of keys'));
ALTER TABLE hcjwt.fetch_state ADD CHECK (look('check of fetch_state'));
ALTER TABLE hcjwt.fetch_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE hcjwt.fetch_state FORCE ROW LEVEL SECURITY;
DELETE FROM seen;
END
is(refreshed(), 'fresh', 'the worker stores, policies or not');
$hc->ctl('rotate');
is(refreshed(), 'fresh', 'and stores new keys');
is($psql->("SELECT string_agg(DISTINCT who, ',') FROM seen"), 'keeper',
	'what belongs to the tables runs as their owner');
cmp_ok($psql->("SELECT count(*) FROM seen WHERE what LIKE 'check of%'"), '>', 0, 'and has run');
$psql->(<<'END');
ALTER TABLE hcjwt.keys DROP CONSTRAINT keys_check, OWNER TO CURRENT_USER;
ALTER TABLE hcjwt.fetch_state DROP CONSTRAINT fetch_state_check, DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY, OWNER TO CURRENT_USER;
ALTER TABLE hcjwt.help_centers OWNER TO CURRENT_USER;
END

# ---- retired keys go after 30 days, and beyond 1,000; revocations and imports stay ----

$psql->(<<'END');
DELETE FROM hcjwt.keys WHERE retired_at IS NOT NULL;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, retired_at, revoked_at)
SELECT 'acme', kind || n, jsonb_set(jwk, '{kid}', to_jsonb(kind || n)), '',
	CASE kind WHEN 'imported' THEN 'imported' ELSE 'fetched' END,
	CASE kind WHEN 'young' THEN now() - n * interval '1 second' WHEN 'listed' THEN NULL ELSE now() - interval '31 days' END,
	NULL
FROM (SELECT jwk FROM hcjwt.keys WHERE help_center = 'acme' AND retired_at IS NULL LIMIT 1) k,
	(VALUES ('old', 20), ('young', 1010), ('imported', 5)) v (kind, many), generate_series(1, many) n;
END
# a revocation is of the material, so another key of the same material is revoked, too
my $jwk = quoted(encode_json({ %{ decode_json(Tokens->new->jwks)->{keys}[0] }, kid => 'revoked' }));
$psql->("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, retired_at, revoked_at)"
	  . " VALUES ('acme', 'revoked', $jwk, '', 'fetched', now() - interval '31 days', now() - interval '40 days')");
is($psql->("SELECT count(*) FROM hcjwt.keys WHERE retired_at IS NOT NULL"), 1036, 'retired keys of every kind');
is(refreshed(), 'fresh', 'a refresh');
my $counts = q{SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT regexp_replace(kid, '\d+$', '') AS kind, count(*) AS n}
  . q{ FROM hcjwt.keys WHERE retired_at IS NOT NULL GROUP BY 1) x};
wait_until('the old ones to go', sub { $psql->($counts) eq 'imported 5, revoked 1, young 1000' });
is($psql->($counts), 'imported 5, revoked 1, young 1000', 'old ones and those beyond 1,000 are deleted, others are not');
is($psql->("SELECT count(*) FROM hcjwt.keys WHERE kid IN ('young1000', 'young1')"), 2, 'the last that were retired stay');

# a user's foreign key keeps a key in the table, and the refresh goes on
$psql->(<<'END');
CREATE TABLE mine (help_center text, kid text, FOREIGN KEY (help_center, kid) REFERENCES hcjwt.keys);
INSERT INTO mine VALUES ('acme', 'young7');
UPDATE hcjwt.keys SET retired_at = now() - interval '31 days' WHERE kid LIKE 'young%';
END
$hc->ctl('rotate');
is(refreshed(), 'fresh', 'keys that cannot be deleted do not keep new ones away');
wait_until('a line in the log', sub { log_count($node, qr/could not delete retired keys of help center "acme" in database "postgres": .*foreign key/) > 0 });
is(keys_of($node), $psql->("SELECT count(*) FROM hcjwt.keys WHERE retired_at IS NULL AND revoked_at IS NULL"), 'all listed keys are trusted');
$psql->('DROP TABLE mine');
is(refreshed(), 'fresh', 'once it is gone');
wait_until('the rest to go', sub { $psql->("SELECT count(*) FROM hcjwt.keys WHERE kid LIKE 'young%'") == 0 });

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
$node->stop;
done_testing();

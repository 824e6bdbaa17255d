------------------------------------------------------------------------------
-- Triggers of the tables
------------------------------------------------------------------------------

CREATE TRIGGER check_help_center BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.help_centers
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_help_center();
CREATE TRIGGER help_center_changed AFTER INSERT OR UPDATE OR DELETE ON hcjwt.help_centers
	FOR EACH ROW EXECUTE FUNCTION hcjwt.help_center_changed();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON hcjwt.help_centers
	FOR EACH STATEMENT EXECUTE FUNCTION hcjwt.refuse_truncate();
CREATE TRIGGER check_key BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.keys
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_key();
CREATE TRIGGER key_changed AFTER INSERT OR UPDATE OR DELETE ON hcjwt.keys
	FOR EACH ROW EXECUTE FUNCTION hcjwt.key_changed();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON hcjwt.keys
	FOR EACH STATEMENT EXECUTE FUNCTION hcjwt.refuse_truncate();
CREATE TRIGGER check_fetch_state BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.fetch_state
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_fetch_state();

-- also where rows arrive by replication, which skips ordinary triggers
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER check_help_center;
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER help_center_changed;
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE hcjwt.keys ENABLE ALWAYS TRIGGER check_key;
ALTER TABLE hcjwt.keys ENABLE ALWAYS TRIGGER key_changed;
ALTER TABLE hcjwt.keys ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE hcjwt.fetch_state ENABLE ALWAYS TRIGGER check_fetch_state;

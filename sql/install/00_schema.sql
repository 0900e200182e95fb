\echo Use "CREATE EXTENSION pg_stress" to load this file. \quit

-- Names that start with pg_ are reserved; the extension must own its schema, so it makes it itself.
SET LOCAL allow_system_table_mods = on;
CREATE SCHEMA pg_stress;
SET LOCAL allow_system_table_mods = off;
COMMENT ON SCHEMA pg_stress IS 'Load on any database, made from its schema, and measured.';
SET LOCAL search_path = pg_catalog, pg_temp;

-- Objects of the extension are for those whom an administrator names.
REVOKE ALL ON SCHEMA pg_stress FROM PUBLIC;
GRANT USAGE ON SCHEMA pg_stress TO PUBLIC;

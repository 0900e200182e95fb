-- What the extension knows of the schema that it loads: tables, columns, foreign keys, chains, and
-- the user's word on what a table is for.

CREATE TABLE pg_stress.class_override (
    schema_name text NOT NULL,
    table_name text NOT NULL,
    class text NOT NULL CHECK (class IN ('entity', 'transactional', 'append_only', 'lookup',
                                         'hierarchical', 'junction', 'satellite', 'queue')),
    PRIMARY KEY (schema_name, table_name)
);
REVOKE ALL ON TABLE pg_stress.class_override FROM PUBLIC;
COMMENT ON TABLE pg_stress.class_override IS
    'Classes that users gave to tables by classify(); names as the catalog holds them. Dumped.';
SELECT pg_catalog.pg_extension_config_dump('pg_stress.class_override', '');

CREATE FUNCTION pg_stress.introspect(
    target text DEFAULT NULL, refresh boolean DEFAULT false,
    OUT tables integer, OUT relationships integer, OUT chains integer, OUT cached boolean,
    OUT elapsed_ms double precision)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_introspect';
REVOKE ALL ON FUNCTION pg_stress.introspect FROM PUBLIC;
COMMENT ON FUNCTION pg_stress.introspect IS
    'Reads the schema: one row with how many tables, foreign keys and chains of them there are, '
    'whether nothing had changed since the last call in this session (cached), and the time that '
    'the call took in milliseconds. refresh reads it again all the same, with new row estimates. '
    'target: NULL for this database. Errors: undefined_object for an unknown target.';

CREATE FUNCTION pg_stress.classify(table_name text, class text, target text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_classify';
REVOKE ALL ON FUNCTION pg_stress.classify FROM PUBLIC;
COMMENT ON FUNCTION pg_stress.classify IS
    'Says what a table is for, over the classifier: entity, transactional, append_only, lookup, '
    'hierarchical, junction, satellite or queue; NULL takes that back. table_name is schema.table, '
    'quoted as in SQL; the schema may be left out where only one table has the name. Errors: '
    'undefined_table, ambiguous_alias, invalid_parameter_value for an unknown class, '
    'undefined_object for an unknown target.';

CREATE FUNCTION pg_stress.schema_tables(
    OUT schema_name text, OUT table_name text, OUT kind text, OUT class text,
    OUT confidence double precision, OUT evidence text, OUT overridden boolean, OUT rows bigint,
    OUT bytes bigint, OUT columns integer, OUT key_columns text[], OUT parents integer,
    OUT children integer, OUT fan_out double precision, OUT partitions integer,
    OUT partition_columns text[], OUT inheritance_children integer, OUT triggers text[],
    OUT has_rules boolean, OUT row_security boolean, OUT unlogged boolean, OUT privileges text[],
    OUT table_oid oid)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_schema_tables';
REVOKE ALL ON FUNCTION pg_stress.schema_tables FROM PUBLIC;
COMMENT ON FUNCTION pg_stress.schema_tables IS 'Rows of the view schema_table.';

CREATE VIEW pg_stress.schema_table AS
SELECT NULL::text AS target, t.* FROM pg_stress.schema_tables() AS t;
REVOKE ALL ON TABLE pg_stress.schema_table FROM PUBLIC;
COMMENT ON VIEW pg_stress.schema_table IS
    'Tables that a load can use, and what each is for. Partitions are counted in their root; '
    'system, temporary and extensions'' tables and those in schemas without USAGE are left out.';
COMMENT ON COLUMN pg_stress.schema_table.target IS 'NULL: this database.';
COMMENT ON COLUMN pg_stress.schema_table.kind IS 'ordinary, partitioned or foreign.';
COMMENT ON COLUMN pg_stress.schema_table.class IS
    'entity, transactional, append_only, lookup, hierarchical, junction, satellite or queue.';
COMMENT ON COLUMN pg_stress.schema_table.confidence IS '0 to 1; 1 where a user said so.';
COMMENT ON COLUMN pg_stress.schema_table.evidence IS 'Why it has that class.';
COMMENT ON COLUMN pg_stress.schema_table.overridden IS 'A user gave the class by classify().';
COMMENT ON COLUMN pg_stress.schema_table.rows IS
    'Estimate, as the planner makes it; NULL where nothing is known.';
COMMENT ON COLUMN pg_stress.schema_table.bytes IS 'Table, indexes and TOAST, of all partitions.';
COMMENT ON COLUMN pg_stress.schema_table.key_columns IS
    'The primary key, or else a unique key over NOT NULL columns; NULL without one.';
COMMENT ON COLUMN pg_stress.schema_table.parents IS 'Foreign keys of this table.';
COMMENT ON COLUMN pg_stress.schema_table.children IS 'Foreign keys that refer to this table.';
COMMENT ON COLUMN pg_stress.schema_table.fan_out IS
    'Mean rows of its widest child for one of its rows; NULL where rows are not known.';
COMMENT ON COLUMN pg_stress.schema_table.partition_columns IS
    'What it is partitioned by; empty for other tables.';
COMMENT ON COLUMN pg_stress.schema_table.triggers IS 'Enabled user triggers.';
COMMENT ON COLUMN pg_stress.schema_table.has_rules IS 'Rewrite rules change what writes do.';
COMMENT ON COLUMN pg_stress.schema_table.row_security IS
    'Policies decide which rows the current role sees.';
COMMENT ON COLUMN pg_stress.schema_table.privileges IS 'What the current role may do.';

CREATE FUNCTION pg_stress.schema_columns(
    OUT schema_name text, OUT table_name text, OUT column_name text, OUT number integer,
    OUT type text, OUT base_type text, OUT family text, OUT not_null boolean,
    OUT has_default boolean, OUT serial boolean, OUT identity text, OUT generated boolean,
    OUT trigger_maintained boolean, OUT in_unique_index boolean, OUT domain_has_check boolean,
    OUT labels text[], OUT length integer, OUT "precision" integer, OUT scale integer,
    OUT null_fraction double precision, OUT distinct_values double precision,
    OUT correlation double precision, OUT width integer)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_schema_columns';
REVOKE ALL ON FUNCTION pg_stress.schema_columns FROM PUBLIC;
COMMENT ON FUNCTION pg_stress.schema_columns IS 'Rows of the view schema_column.';

CREATE VIEW pg_stress.schema_column AS
SELECT NULL::text AS target, c.* FROM pg_stress.schema_columns() AS c;
REVOKE ALL ON TABLE pg_stress.schema_column FROM PUBLIC;
COMMENT ON VIEW pg_stress.schema_column IS
    'Columns of the tables of schema_table, dropped ones left out.';
COMMENT ON COLUMN pg_stress.schema_column.target IS 'NULL: this database.';
COMMENT ON COLUMN pg_stress.schema_column.number IS 'As in pg_attribute: gaps where one was dropped.';
COMMENT ON COLUMN pg_stress.schema_column.type IS
    'As declared, with its modifier; qualified unless it is built in.';
COMMENT ON COLUMN pg_stress.schema_column.base_type IS 'Below all domains, without modifier.';
COMMENT ON COLUMN pg_stress.schema_column.not_null IS 'By the column or by its domain.';
COMMENT ON COLUMN pg_stress.schema_column.has_default IS 'Of the column or of its domain.';
COMMENT ON COLUMN pg_stress.schema_column.serial IS 'The default takes from a sequence.';
COMMENT ON COLUMN pg_stress.schema_column.identity IS 'always, by default, or NULL.';
COMMENT ON COLUMN pg_stress.schema_column.trigger_maintained IS
    'A trigger function assigns it, so that a load never writes it.';
COMMENT ON COLUMN pg_stress.schema_column.labels IS 'Of an enum, in order.';
COMMENT ON COLUMN pg_stress.schema_column.length IS
    'Limit in characters, or in bits; NULL without one.';
COMMENT ON COLUMN pg_stress.schema_column.distinct_values IS
    'As in pg_stats: above 0 a count, below 0 minus the share of rows; NULL if never analysed.';
COMMENT ON COLUMN pg_stress.schema_column.width IS 'Mean bytes of a value.';

CREATE FUNCTION pg_stress.schema_relationships(
    OUT constraint_name text, OUT child_schema text, OUT child_table text,
    OUT child_columns text[], OUT parent_schema text, OUT parent_table text,
    OUT parent_columns text[], OUT on_delete text, OUT "deferrable" boolean,
    OUT initially_deferred boolean, OUT validated boolean, OUT optional boolean,
    OUT self_reference boolean, OUT fan_out double precision)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_schema_relationships';
REVOKE ALL ON FUNCTION pg_stress.schema_relationships FROM PUBLIC;
COMMENT ON FUNCTION pg_stress.schema_relationships IS 'Rows of the view schema_relationship.';

CREATE VIEW pg_stress.schema_relationship AS
SELECT NULL::text AS target, r.* FROM pg_stress.schema_relationships() AS r;
REVOKE ALL ON TABLE pg_stress.schema_relationship FROM PUBLIC;
COMMENT ON VIEW pg_stress.schema_relationship IS
    'Foreign keys between the tables of schema_table, one row each; columns of both sides in the '
    'same order.';
COMMENT ON COLUMN pg_stress.schema_relationship.target IS 'NULL: this database.';
COMMENT ON COLUMN pg_stress.schema_relationship.on_delete IS
    'no action, restrict, cascade, set null or set default.';
COMMENT ON COLUMN pg_stress.schema_relationship.optional IS 'A child row may have no parent.';
COMMENT ON COLUMN pg_stress.schema_relationship.fan_out IS
    'Mean child rows for one parent row; NULL where rows are not known.';

CREATE FUNCTION pg_stress.schema_chains(
    OUT chain integer, OUT depth integer, OUT tables text[], OUT constraints text[],
    OUT fan_out double precision)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pg_stress_schema_chains';
REVOKE ALL ON FUNCTION pg_stress.schema_chains FROM PUBLIC;
COMMENT ON FUNCTION pg_stress.schema_chains IS 'Rows of the view schema_chain.';

CREATE VIEW pg_stress.schema_chain AS
SELECT NULL::text AS target, c.* FROM pg_stress.schema_chains() AS c;
REVOKE ALL ON TABLE pg_stress.schema_chain FROM PUBLIC;
COMMENT ON VIEW pg_stress.schema_chain IS
    'Chains of tables along foreign keys, parent first, of 2 to 5 tables; at most 8 from one table '
    'and 2000 in all: the deepest, of these the widest.';
COMMENT ON COLUMN pg_stress.schema_chain.target IS 'NULL: this database.';
COMMENT ON COLUMN pg_stress.schema_chain.chain IS 'Number, 1 for the deepest and widest.';
COMMENT ON COLUMN pg_stress.schema_chain.tables IS 'Quoted as in SQL, parent first.';
COMMENT ON COLUMN pg_stress.schema_chain.constraints IS 'The foreign keys that join neighbours.';
COMMENT ON COLUMN pg_stress.schema_chain.fan_out IS
    'Mean rows of the last table for one row of the first; NULL where rows are not known.';

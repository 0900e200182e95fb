-- Prints docs/sql_reference.md; the temporary table "topic" (ten, title, name) gives the order.
SET search_path = pg_catalog, pg_temp;

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid
FROM pg_depend AS d
JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'pg_stress' AND d.deptype = 'e';

-- One row an entry; rank orders the kinds inside a topic.
CREATE TEMP TABLE entry AS
SELECT 1 AS rank, p.proname::text AS name,
    format(E'### %s\n\n```text\n%s(%s)%s\n```\n\n%s\n', p.proname,
        CASE WHEN p.prokind = 'p' THEN 'CALL ' ELSE '' END || p.proname,
        regexp_replace(pg_get_function_arguments(p.oid), ', ', E',\n    ', 'g'),
        coalesce(E'\n→ ' || pg_get_function_result(p.oid), ''),
        coalesce(obj_description(p.oid, 'pg_proc'), '')) AS text
FROM member AS m
JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
WHERE p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
    AND p.proname NOT LIKE E'\\_%'
UNION ALL
SELECT CASE c.relkind WHEN 'v' THEN 2 ELSE 3 END, c.relname,
    format(E'### %s %s\n\n%s\n\n| column | type | |\n|---|---|---|\n%s\n',
        CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END, c.relname,
        coalesce(obj_description(c.oid, 'pg_class'), ''),
        (SELECT string_agg(format('| `%s` | %s | %s |', a.attname,
                format_type(a.atttypid, a.atttypmod),
                replace(coalesce(col_description(c.oid, a.attnum), ''), '|', '\|')),
            E'\n' ORDER BY a.attnum)
         FROM pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM member AS m
JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
WHERE c.relkind IN ('r', 'p', 'v') AND c.relname NOT LIKE E'\\_%';

SELECT E'# SQL reference\n\nWritten by `make docs` from the COMMENTs of the extension; do not edit it.\n'
    'All names are in schema `pg_stress`. Arguments can be given by name: `pg_stress.report(run => 1, format => ''json'')`.\n'
    'No function or table is open to PUBLIC; grant what a role needs.\n';

SELECT coalesce(E'## ' || CASE WHEN row_number() OVER (PARTITION BY ten ORDER BY rank, name, text) = 1
        THEN title END || E'\n\n', '') || text
FROM (
    SELECT coalesce(t.ten, '~') AS ten, coalesce(t.title, 'Others') AS title, e.*
    FROM entry AS e
    LEFT JOIN topic AS t ON lower(t.name) = e.name
) AS placed
ORDER BY ten, rank, name, text;

-- What holds for every object of the extension. Each query lists the offenders: none.
SET search_path = pg_catalog, pg_temp;
CREATE TEMP TABLE member AS
SELECT d.classid, d.objid
FROM pg_depend AS d
JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'pg_stress' AND d.deptype = 'e';
CREATE TEMP VIEW function AS
SELECT p.*, l.lanname, p.oid::regprocedure AS signature
FROM member AS m
JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
JOIN pg_language AS l ON l.oid = p.prolang;
CREATE TEMP VIEW relation AS
SELECT c.*, c.oid::regclass AS qualified
FROM member AS m
JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND m.objid = c.oid;

-- Nothing to check would pass every check.
SELECT count(*) > 0 AS has_members FROM member;

-- functions that are not in C have their search_path pinned
SELECT signature FROM function
WHERE lanname <> 'c' AND prokind <> 'a'
    AND NOT EXISTS (SELECT FROM unnest(proconfig) AS s WHERE s = 'search_path=pg_catalog, pg_temp')
ORDER BY 1;

-- functions and relations have a comment
SELECT signature FROM function WHERE obj_description(oid, 'pg_proc') IS NULL ORDER BY 1;
SELECT qualified FROM relation
WHERE relkind IN ('r', 'p', 'v') AND obj_description(oid, 'pg_class') IS NULL
ORDER BY 1;

-- nobody but the owner may call or read unless granted
SELECT signature FROM function
WHERE EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)
ORDER BY 1;
SELECT qualified FROM relation
WHERE EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = 0)
ORDER BY 1;

-- tables have a primary key
SELECT qualified FROM relation
WHERE relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = relation.oid AND contype = 'p')
ORDER BY 1;

-- input arguments have names; functions never run with their owner's rights
SELECT signature FROM function
WHERE pronargs > 0 AND (proargnames IS NULL OR '' = ANY (proargnames[1:pronargs]))
    AND prorettype <> 'fdw_handler'::regtype AND proname !~ 'validator$'
ORDER BY 1;
SELECT signature FROM function WHERE prosecdef ORDER BY 1;

-- all is in the extension's schema
SELECT signature FROM function WHERE pronamespace <> 'pg_stress'::regnamespace ORDER BY 1;

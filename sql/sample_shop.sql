-- The sample shop: shape, determinism, coherence before and after writes, refusals.
SET client_min_messages = warning;
SET timezone = 'UTC';

-- One transaction, hence one day to count back from.
BEGIN;
SELECT tables, rows BETWEEN 9500 AND 12500 AS about_a_hundredth FROM pg_stress.create_sample_shop(0.01);
SELECT tables, rows FROM pg_stress.create_sample_shop(0.01, 1, 'My "Shop"') \gset same_
SELECT tables FROM pg_stress.create_sample_shop(scale => 0.01, seed => 2, schema_name => 'other');
COMMIT;

-- Rows, tables and a checksum of all rows of a shop.
CREATE FUNCTION checksums(schema_name text, OUT table_name text, OUT rows bigint, OUT checksum numeric)
RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    FOR table_name IN
        SELECT relname FROM pg_class
        WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name)
          AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
    LOOP
        EXECUTE format('SELECT count(*), sum(hashtextextended(t::text, 0)) FROM %I.%I t', schema_name, table_name)
        INTO rows, checksum;
        RETURN NEXT;
    END LOOP;
END $$;
CREATE TABLE before_load AS SELECT * FROM checksums('shop');
SELECT table_name, rows FROM before_load ORDER BY table_name;
SELECT sum(rows) = :same_rows AS counted_right FROM before_load;

-- The same seed gives the same rows, another seed others (what has few rows may be the same).
SELECT count(*) FROM before_load FULL JOIN checksums('My "Shop"') AS same USING (table_name)
WHERE (before_load.rows, before_load.checksum) IS DISTINCT FROM (same.rows, same.checksum);
SELECT table_name FROM before_load JOIN checksums('other') AS other USING (table_name)
WHERE before_load.checksum = other.checksum ORDER BY table_name;

-- What an advisor and an introspection meet here.
SELECT contype, condeferrable, confdeltype, count(*) FROM pg_constraint
WHERE connamespace = 'shop'::regnamespace AND contype IN ('c', 'f', 'p', 'u') AND conparentid = 0
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT amname, count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('i', 'I') AND NOT relispartition
GROUP BY 1 ORDER BY 1;
SELECT t.tgname, t.tgrelid::regclass, t.tgfoid::regproc FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'shop'::regnamespace AND NOT t.tgisinternal ORDER BY 1;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'shop.activity'::regclass;
SELECT amname, pg_get_indexdef(c.oid) LIKE '%gin_trgm_ops%' AS by_trigrams
FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = 'shop.product_name_search'::regclass;
WITH RECURSIVE tree AS (
    SELECT category_id, 1 AS depth FROM shop.category WHERE parent_id IS NULL
    UNION ALL SELECT c.category_id, depth + 1 FROM shop.category c JOIN tree t ON c.parent_id = t.category_id)
SELECT max(depth) > 2 AS deep, count(*) = (SELECT count(*) FROM shop.category) AS whole FROM tree;

-- In the order of time, and skewed.
SELECT corr(order_id, extract(epoch FROM placed_at)) > 0.9 AS in_time_order,
       bool_and(placed_at <= now()) AS in_the_past,
       max(placed_at) > now() - interval '4 days' AS recent FROM shop.customer_order;
SELECT count(*) AS out_of_order FROM (
    SELECT placed_at < lag(placed_at) OVER (ORDER BY order_id) AS back FROM shop.customer_order) o WHERE back;
SELECT count(*) AS too_early FROM shop.customer_order o JOIN shop.customer c USING (customer_id)
WHERE o.placed_at < c.created_at;
SELECT max(lines) > 10 * avg(lines) AS some_products_are_hot
FROM (SELECT count(l.line_id) AS lines FROM shop.product_variant p LEFT JOIN shop.order_line l USING (variant_id) GROUP BY p.product_id) p;
SELECT max(line_count) > 4 * avg(line_count) AS long_tail, min(line_count) FROM shop.customer_order;

SELECT * FROM pg_stress.check_sample_shop('My "Shop"') ORDER BY invariant COLLATE "C";

-- Lines come, change, move and go; the order and its payments follow.
CREATE VIEW one_order AS
SELECT o.order_id, line_count, items_total, shipping_fee, order_total, p.amount AS paid
FROM shop.customer_order o LEFT JOIN shop.payment p USING (order_id);
INSERT INTO shop.customer_order (customer_id, shipping_address_id, items_total, line_count, shipping_fee)
SELECT customer_id, address_id, 99, 9, 5 FROM shop.address WHERE address_id = 1
RETURNING order_id \gset
INSERT INTO shop.payment (order_id, method, amount) VALUES (:order_id, 'card', 1234);
SELECT line_count, items_total, shipping_fee, order_total, paid FROM one_order WHERE order_id = :order_id;
INSERT INTO shop.order_line (order_id, variant_id, quantity, unit_price)
VALUES (:order_id, 1, 2, 10.50), (:order_id, 2, 1, 4), (1, 2, 3, 7);
SELECT line_count, items_total, shipping_fee, order_total, paid FROM one_order WHERE order_id = :order_id;
INSERT INTO shop.order_line (order_id, line_id, variant_id, quantity, unit_price)
OVERRIDING SYSTEM VALUE SELECT order_id, line_id, 1, 9, 9 FROM shop.order_line WHERE order_id = :order_id
ON CONFLICT (order_id, line_id) DO UPDATE SET quantity = order_line.quantity + 1;
INSERT INTO shop.order_line (order_id, line_id, variant_id, quantity, unit_price)
OVERRIDING SYSTEM VALUE SELECT order_id, line_id, 1, 9, 9 FROM shop.order_line WHERE order_id = :order_id
ON CONFLICT DO NOTHING;
SELECT line_count, items_total, shipping_fee, order_total, paid FROM one_order WHERE order_id = :order_id;
UPDATE shop.order_line SET order_id = :order_id WHERE order_id = 2;
DELETE FROM shop.order_line WHERE order_id = :order_id AND variant_id = 1 AND unit_price = 10.50;
UPDATE shop.customer_order SET items_total = 1, line_count = 0, placed_at = now() + interval '1 day', shipping_fee = 7
WHERE order_id = :order_id;
UPDATE shop.payment SET amount = 1, status = 'captured' WHERE order_id IN (:order_id, 1, 2, 3);
UPDATE shop.payment SET order_id = :order_id WHERE order_id = 4;
UPDATE shop.shipment SET delivered_at = shipped_at - interval '1 day' WHERE order_id < 10;
UPDATE shop.stock_level SET on_hand = on_hand + 5, reserved = 2 WHERE variant_id < 5;
UPDATE shop.product_variant SET price = price + 1 WHERE variant_id = 1 RETURNING price \gset
SELECT old_price = :price - 1 AND new_price = :price AS logged FROM shop.price_change ORDER BY price_change_id DESC LIMIT 1;
UPDATE shop.customer SET default_address_id = NULL WHERE customer_id = 1;
DELETE FROM shop.customer_order WHERE order_id BETWEEN 5 AND 9;
DELETE FROM shop.employee WHERE employee_id = 2;
DELETE FROM shop.brand WHERE name = (SELECT min(name) FROM shop.brand);
INSERT INTO shop.activity (occurred_at, action, path) VALUES ('2001-02-03', 'view', '/'), (now(), 'view', '/'), (now() + interval '10 years', 'view', '/');
SELECT invariant FROM pg_stress.check_sample_shop() WHERE violations <> 0;
TRUNCATE shop.order_line;
SELECT invariant FROM pg_stress.check_sample_shop() WHERE violations <> 0;
SELECT sum(line_count), sum(items_total) FROM shop.customer_order;

-- The check finds what is wrong.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE "My ""Shop""".payment SET amount = amount + 1 WHERE order_id = 1;
DELETE FROM "My ""Shop""".customer WHERE customer_id = (SELECT customer_id FROM "My ""Shop""".customer_order WHERE order_id = 1);
SELECT invariant, violations > 0 AS found FROM pg_stress.check_sample_shop('My "Shop"') WHERE violations <> 0 ORDER BY invariant COLLATE "C";
ROLLBACK;

-- The rules of the catalog hold.
\set VERBOSITY terse
INSERT INTO shop.customer_order (customer_id, shipping_address_id)
SELECT a.customer_id, b.address_id FROM shop.address a, shop.address b WHERE a.customer_id = 1 AND b.customer_id = 2 LIMIT 1;
UPDATE shop.category SET parent_id = category_id WHERE category_id = 1;
INSERT INTO shop.review (product_id, rating, title) VALUES (1, 6, 'x');
INSERT INTO shop.order_line (order_id, variant_id, quantity, unit_price) VALUES (-1, 1, 1, 1);
INSERT INTO shop.payment (order_id, method) VALUES (-1, 'card');
BEGIN;
UPDATE shop.customer SET default_address_id = (SELECT address_id FROM shop.address WHERE customer_id = 2 LIMIT 1) WHERE customer_id = 1;
COMMIT;

-- Refusals.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT pg_stress.create_sample_shop(0.01);
SELECT pg_stress.create_sample_shop(0, schema_name => 'new');
SELECT pg_stress.create_sample_shop('NaN', schema_name => 'new');
SELECT pg_stress.create_sample_shop(101, schema_name => 'new');
SELECT pg_stress.create_sample_shop(NULL, schema_name => 'new');
SELECT pg_stress.create_sample_shop(0.01, NULL, 'new');
SELECT pg_stress.create_sample_shop(0.01, schema_name => 'pg_new');
SELECT pg_stress.create_sample_shop(0.01, schema_name => '');
SELECT pg_stress.check_sample_shop('new');
SELECT pg_stress.fill_sample_shop('new', 0.01, 1, now());
SELECT pg_stress.fill_sample_shop('shop', 0, 1, now());
CREATE ROLE regress_shop_guest;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_stress TO regress_shop_guest;
SET ROLE regress_shop_guest;
SELECT count(*) FROM pg_stress.create_sample_shop(0.01, schema_name => 'guests');
SELECT pg_stress.fill_sample_shop('shop', 0.01, 1, now());
RESET ROLE;

-- A role that may create schemas gets a shop of its own.
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_shop_guest', current_database()); END $$;
SET ROLE regress_shop_guest;
SELECT tables FROM pg_stress.create_sample_shop(0.001, schema_name => 'guests');
SELECT count(*) FROM pg_stress.check_sample_shop('guests') WHERE violations = 0;
RESET ROLE;

-- Without pg_trgm products are searched by words, and that is said.
DROP EXTENSION pg_trgm CASCADE;
CREATE FUNCTION no_extensions() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'extensions are frozen'; END $$;
CREATE EVENT TRIGGER no_extensions ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION no_extensions();
SET client_min_messages = notice;
SELECT tables FROM pg_stress.create_sample_shop(0.01, schema_name => 'words');
DROP EVENT TRIGGER no_extensions;
SELECT pg_get_indexdef('words.product_name_search'::regclass);

SET client_min_messages = warning;
DROP SCHEMA shop, "My ""Shop""", other, words, guests CASCADE;
DROP OWNED BY regress_shop_guest;
DROP ROLE regress_shop_guest;

-- The sample shop: triggers that keep sums true, views, and the function that makes it all.
--
-- Sums are kept by adding differences under the lock of the one order concerned: no other rows are
-- read, so that sessions that write lines of one order wait for each other and none deadlocks or
-- loses an update. A statement takes the locks of several orders in the order of their keys.

CREATE FUNCTION pg_stress.sample_shop_rules(schema_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    event record;
BEGIN
    -- Bodies name the schema in full: they must work under any search_path and after a restore.
    EXECUTE format($ddl$
        CREATE FUNCTION %1$I.keep_order() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $body$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                NEW.items_total := 0; -- an order starts without lines
                NEW.line_count := 0;
            ELSIF pg_trigger_depth() = 1 THEN
                NEW.items_total := OLD.items_total; -- only its lines change them
                NEW.line_count := OLD.line_count;
            END IF;
            NEW.updated_at := greatest(now(), NEW.placed_at);
            RETURN NEW;
        END $body$;

        CREATE FUNCTION %1$I.payments_follow_order() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $body$
        BEGIN
            UPDATE %1$I.payment SET amount = NEW.order_total WHERE order_id = NEW.order_id;
            RETURN NULL;
        END $body$;

        CREATE FUNCTION %1$I.keep_payment() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $body$
        DECLARE
            due numeric;
        BEGIN
            -- The lock keeps lines away until this payment can be seen by payments_follow_order.
            SELECT o.order_total INTO due FROM %1$I.customer_order o
            WHERE o.order_id = NEW.order_id FOR NO KEY UPDATE;
            NEW.amount := coalesce(due, 0);
            RETURN NEW;
        END $body$;

        CREATE FUNCTION %1$I.keep_delivery() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $body$
        BEGIN
            IF NEW.delivered_at < NEW.shipped_at THEN
                NEW.delivered_at := NEW.shipped_at;
            END IF;
            RETURN NEW;
        END $body$;

        CREATE FUNCTION %1$I.log_price() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $body$
        BEGIN
            INSERT INTO %1$I.price_change (variant_id, old_price, new_price)
            VALUES (NEW.variant_id, OLD.price, NEW.price);
            RETURN NULL;
        END $body$;

        CREATE FUNCTION %1$I.clear_totals() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $body$
        BEGIN
            UPDATE %1$I.customer_order SET items_total = 0, line_count = 0;
            RETURN NULL;
        END $body$;
    $ddl$, schema_name);

    -- A trigger with transition tables is for one event; the three differ in which tables it has.
    FOR event IN SELECT * FROM (VALUES
        ('inserted', 'INSERT', 'NEW TABLE AS gone_or_come', ''),
        ('deleted', 'DELETE', 'OLD TABLE AS gone_or_come', '-'),
        ('updated', 'UPDATE', 'OLD TABLE AS gone NEW TABLE AS come', NULL))
        AS v (suffix, operation, tables, sign)
    LOOP
        EXECUTE format($ddl$
            CREATE FUNCTION %1$I.%2$I() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, pg_temp AS $body$
            DECLARE
                change record;
            BEGIN
                FOR change IN %3$s LOOP
                    UPDATE %1$I.customer_order o
                    SET items_total = o.items_total + change.amount,
                        line_count = o.line_count + change.lines
                    WHERE o.order_id = change.order_id;
                END LOOP;
                RETURN NULL;
            END $body$;
            CREATE TRIGGER order_follows_lines_%4$s AFTER %5$s ON %1$I.order_line
                REFERENCING %6$s FOR EACH STATEMENT EXECUTE FUNCTION %1$I.%2$I();
        $ddl$, schema_name, 'lines_' || event.suffix,
            CASE WHEN event.sign IS NOT NULL THEN format(
                'SELECT l.order_id, %1$ssum(l.line_total) AS amount, %1$scount(*) AS lines'
                ' FROM gone_or_come l GROUP BY l.order_id ORDER BY l.order_id', event.sign)
            ELSE 'SELECT l.order_id, sum(l.amount) AS amount, sum(l.lines) AS lines FROM ('
                'SELECT order_id, line_total AS amount, 1 AS lines FROM come UNION ALL '
                'SELECT order_id, -line_total, -1 FROM gone) l '
                'GROUP BY l.order_id HAVING sum(l.amount) <> 0 OR sum(l.lines) <> 0 ORDER BY l.order_id'
            END, event.suffix, event.operation, event.tables);
    END LOOP;

    PERFORM set_config('search_path', quote_ident(schema_name) || ', pg_temp', true);
    CREATE TRIGGER keep_order BEFORE INSERT OR UPDATE ON customer_order
        FOR EACH ROW EXECUTE FUNCTION keep_order();
    CREATE TRIGGER payments_follow_order AFTER UPDATE ON customer_order
        FOR EACH ROW WHEN (OLD.order_total IS DISTINCT FROM NEW.order_total)
        EXECUTE FUNCTION payments_follow_order();
    CREATE TRIGGER keep_payment BEFORE INSERT OR UPDATE OF order_id, amount ON payment
        FOR EACH ROW EXECUTE FUNCTION keep_payment();
    CREATE TRIGGER keep_delivery BEFORE INSERT OR UPDATE ON shipment
        FOR EACH ROW EXECUTE FUNCTION keep_delivery();
    CREATE TRIGGER log_price AFTER UPDATE OF price ON product_variant
        FOR EACH ROW WHEN (OLD.price <> NEW.price) EXECUTE FUNCTION log_price();
    CREATE TRIGGER clear_totals AFTER TRUNCATE ON order_line
        FOR EACH STATEMENT EXECUTE FUNCTION clear_totals();

    CREATE VIEW order_overview AS
        SELECT o.order_id, o.placed_at, o.status, c.full_name AS customer, c.email,
               a.city, a.country_code, o.line_count, o.order_total,
               (SELECT max(s.status) FROM shipment s WHERE s.order_id = o.order_id) AS shipment_status
        FROM customer_order o
        JOIN customer c ON c.customer_id = o.customer_id
        JOIN address a ON a.address_id = o.shipping_address_id;
    CREATE VIEW product_offer AS
        SELECT p.product_id, p.name, b.name AS brand, v.variant_id, v.sku, v.price,
               coalesce((SELECT sum(s.available) FROM stock_level s
                         WHERE s.variant_id = v.variant_id), 0) AS available
        FROM product p
        JOIN product_variant v ON v.product_id = p.product_id
        LEFT JOIN brand b ON b.brand_id = p.brand_id
        WHERE p.status = 'active' AND v.active;
END
$function$;
COMMENT ON FUNCTION pg_stress.sample_shop_rules(text) IS
'Adds triggers and views to the sample shop. A part of create_sample_shop.';
REVOKE ALL ON FUNCTION pg_stress.sample_shop_rules(text) FROM PUBLIC;

CREATE FUNCTION pg_stress.create_sample_shop(
    scale float8 DEFAULT 1, seed bigint DEFAULT 1, schema_name text DEFAULT 'shop',
    OUT tables int, OUT rows bigint, OUT elapsed_ms float8)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET maintenance_work_mem = '128MB'
SET jit = off
SET timezone = 'UTC'
SET default_statistics_target = 20
AS $function$
DECLARE
    started constant timestamptz := clock_timestamp();
    anchor constant timestamptz := date_trunc('day', now());
    target record;
BEGIN
    IF scale IS NULL OR NOT scale BETWEEN 0.001 AND 100 THEN -- NaN is above all
        RAISE EXCEPTION 'the scale is out of range'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Valid scales are 0.001 to 100; 1 is about a million rows.';
    END IF;
    IF seed IS NULL THEN
        RAISE EXCEPTION 'the seed is null' USING ERRCODE = 'null_value_not_allowed',
            HINT = 'Any bigint is a valid seed; the default is 1.';
    END IF;
    IF schema_name IS NULL OR schema_name = '' OR octet_length(schema_name) > 63 OR schema_name LIKE 'pg\_%' THEN
        RAISE EXCEPTION 'the name of the schema is not valid'
            USING ERRCODE = 'invalid_schema_name',
                  HINT = 'Any name of 1 to 63 bytes that does not begin with pg_ is valid.';
    END IF;
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = schema_name) THEN
        RAISE EXCEPTION 'schema "%" already exists', schema_name
            USING ERRCODE = 'duplicate_schema',
                  HINT = format('Drop it (DROP SCHEMA %I CASCADE) or give another schema_name.', schema_name);
    END IF;
    IF NOT has_database_privilege(current_database(), 'CREATE') THEN
        RAISE EXCEPTION 'no privilege to create a schema in database "%"', current_database()
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('GRANT CREATE ON DATABASE %I TO %I gives it.', current_database(), current_user);
    END IF;
    EXECUTE format('CREATE SCHEMA %I', schema_name);

    PERFORM pg_stress.sample_shop_tables(schema_name, anchor);
    rows := pg_stress.fill_sample_shop(schema_name, scale, seed, anchor);
    PERFORM pg_stress.sample_shop_indexes(schema_name);
    PERFORM pg_stress.sample_shop_text_search(schema_name);
    FOR target IN -- identity columns go on from the rows
        SELECT format('SELECT setval(%L, max(%I)) FROM %I.%I',
                      pg_get_serial_sequence(format('%I.%I', schema_name, c.relname), a.attname),
                      a.attname, schema_name, c.relname) AS query
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name)
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attidentity <> ''
    LOOP
        EXECUTE target.query;
    END LOOP;
    tables := 0;
    FOR target IN
        SELECT format('ANALYZE %I.%I', schema_name, c.relname) AS query FROM pg_class c
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name)
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        ORDER BY c.oid
    LOOP
        EXECUTE target.query;
        tables := tables + 1;
    END LOOP;
    PERFORM pg_stress.sample_shop_references(schema_name);
    PERFORM pg_stress.sample_shop_rules(schema_name);
    elapsed_ms := extract(epoch FROM clock_timestamp() - started) * 1000;
END
$function$;
COMMENT ON FUNCTION pg_stress.create_sample_shop(float8, bigint, text) IS
'Creates a schema with a shop of 28 tables: coherent, skewed rows in the order of time, about a million at scale 1 (valid: 0.001 to 100). The same scale and seed give the same rows; times count back from the start of today (UTC). Returns one row: tables, rows, elapsed_ms. Errors: 42P06 when the schema exists, 22023 for the scale, 3F000 for the name, 42501 without CREATE on the database.';
REVOKE ALL ON FUNCTION pg_stress.create_sample_shop(float8, bigint, text) FROM PUBLIC;

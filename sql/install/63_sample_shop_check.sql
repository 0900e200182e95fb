-- The sample shop: what must be true of its rows at any time, whatever was written.

CREATE FUNCTION pg_stress.check_sample_shop(schema_name text DEFAULT 'shop')
RETURNS TABLE(invariant text, violations bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $function$
DECLARE
    reference record;
    missing bigint;
BEGIN
    IF to_regclass(format('%I.order_line', schema_name)) IS NULL THEN
        RAISE EXCEPTION 'schema "%" has no sample shop', schema_name
            USING ERRCODE = 'undefined_object',
                  HINT = 'Give the schema_name that create_sample_shop had.';
    END IF;
    PERFORM set_config('search_path', quote_ident(schema_name) || ', pg_temp', true);

    RETURN QUERY EXECUTE $query$
    SELECT 'line total is quantity times unit price', count(*)
    FROM order_line WHERE line_total IS DISTINCT FROM quantity * unit_price
    UNION ALL
    SELECT 'items total is the sum of the lines', count(*)
    FROM customer_order o
    LEFT JOIN (SELECT order_id, sum(line_total) AS amount FROM order_line GROUP BY order_id) l USING (order_id)
    WHERE o.items_total <> coalesce(l.amount, 0)
    UNION ALL
    SELECT 'line count is the number of lines', count(*)
    FROM customer_order o
    LEFT JOIN (SELECT order_id, count(*) AS lines FROM order_line GROUP BY order_id) l USING (order_id)
    WHERE o.line_count <> coalesce(l.lines, 0)
    UNION ALL
    SELECT 'order total is items total plus shipping fee', count(*)
    FROM customer_order WHERE order_total IS DISTINCT FROM items_total + shipping_fee
    UNION ALL
    SELECT 'payment is the order total', count(*)
    FROM payment p JOIN customer_order o USING (order_id) WHERE p.amount <> o.order_total
    UNION ALL
    SELECT 'addresses of an order belong to its customer', count(*)
    FROM customer_order o
    LEFT JOIN address s ON s.address_id = o.shipping_address_id
    LEFT JOIN address b ON b.address_id = o.billing_address_id
    WHERE s.customer_id IS DISTINCT FROM o.customer_id
       OR (o.billing_address_id IS NOT NULL AND b.customer_id IS DISTINCT FROM o.customer_id)
    UNION ALL
    SELECT 'default address belongs to its customer', count(*)
    FROM customer c LEFT JOIN address a ON a.address_id = c.default_address_id
    WHERE c.default_address_id IS NOT NULL AND a.customer_id IS DISTINCT FROM c.customer_id
    UNION ALL
    SELECT 'an order is not updated before it was placed', count(*)
    FROM customer_order WHERE updated_at < placed_at
    UNION ALL
    SELECT 'a delivery follows its shipment', count(*)
    FROM shipment WHERE delivered_at < shipped_at
    UNION ALL
    SELECT 'available stock is on hand minus reserved', count(*)
    FROM stock_level WHERE available IS DISTINCT FROM on_hand - reserved
    UNION ALL
    SELECT 'a promotion ends after its start', count(*) FROM promotion WHERE ends_on <= starts_on
    UNION ALL
    SELECT 'categories and employees are trees',
           (SELECT count(*) FROM category WHERE parent_id >= category_id)
           + (SELECT count(*) FROM employee WHERE manager_id >= employee_id)
    UNION ALL
    SELECT 'ratings are from 1 to 5', count(*) FROM review WHERE rating NOT BETWEEN 1 AND 5
    UNION ALL
    SELECT 'an activity lies in the partition of its quarter', count(*)
    FROM activity a JOIN pg_class c ON c.oid = a.tableoid
    WHERE c.relname ~ '_\d{4}q\d$'
      AND right(c.relname, 6) <> to_char(a.occurred_at AT TIME ZONE 'UTC', 'YYYY"q"Q')
    $query$;

    invariant := 'every foreign key finds its row';
    violations := 0;
    FOR reference IN
        SELECT format('SELECT count(*) FROM %s child WHERE %s AND NOT EXISTS (SELECT FROM %s parent WHERE %s)',
                      c.conrelid::regclass, string_agg(format('child.%I IS NOT NULL', a.attname), ' AND '),
                      c.confrelid::regclass, string_agg(format('parent.%I = child.%I', f.attname, a.attname), ' AND ')) AS query
        FROM pg_constraint c
        CROSS JOIN unnest(c.conkey, c.confkey) AS k (own, referenced)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
        JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.referenced
        WHERE c.contype = 'f' AND c.conparentid = 0
          AND c.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name)
        GROUP BY c.oid, c.conrelid, c.confrelid
    LOOP
        EXECUTE reference.query INTO missing;
        violations := violations + missing;
    END LOOP;
    RETURN NEXT;
END
$function$;
COMMENT ON FUNCTION pg_stress.check_sample_shop(text) IS
'Counts what contradicts each invariant of the sample shop: one row per invariant, with 0 violations unless the server or the shop has a fault. Reads every table whole. Errors: 42704 when the schema holds no sample shop.';
REVOKE ALL ON FUNCTION pg_stress.check_sample_shop(text) FROM PUBLIC;

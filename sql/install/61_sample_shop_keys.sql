-- The sample shop: keys, indexes and foreign keys, added once the rows are there.
-- What is planted for an advisor to find is said in docs/sample_shop.md, not here.

CREATE FUNCTION pg_stress.sample_shop_indexes(schema_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM set_config('search_path', quote_ident(schema_name) || ', pg_temp', true);

    ALTER TABLE country ADD PRIMARY KEY (country_code);
    ALTER TABLE warehouse ADD PRIMARY KEY (warehouse_id);
    ALTER TABLE employee ADD PRIMARY KEY (employee_id);
    CREATE INDEX ON employee (manager_id);
    ALTER TABLE category ADD PRIMARY KEY (category_id), ADD UNIQUE (slug);
    CREATE INDEX ON category (parent_id);
    ALTER TABLE brand ADD PRIMARY KEY (brand_id), ADD UNIQUE (name);

    ALTER TABLE product ADD PRIMARY KEY (product_id), ADD UNIQUE (slug);
    CREATE INDEX ON product (brand_id);
    CREATE INDEX ON product (status, base_price);
    CREATE INDEX ON product USING gin (attributes jsonb_path_ops);
    CREATE INDEX ON product USING gin (tags);
    ALTER TABLE product_category ADD PRIMARY KEY (product_id, category_id);
    CREATE INDEX ON product_category (category_id, product_id);
    ALTER TABLE product_variant ADD PRIMARY KEY (variant_id), ADD UNIQUE (sku);
    CREATE INDEX ON product_variant (product_id);
    ALTER TABLE price_change ADD PRIMARY KEY (price_change_id);
    CREATE INDEX ON price_change (variant_id, changed_at);
    ALTER TABLE stock_level ADD PRIMARY KEY (warehouse_id, variant_id);
    CREATE INDEX ON stock_level (variant_id);
    CREATE INDEX ON stock_level (warehouse_id, available) WHERE available < 10;
    ALTER TABLE stock_movement ADD PRIMARY KEY (movement_id);
    CREATE INDEX ON stock_movement (warehouse_id, variant_id, moved_at);

    ALTER TABLE customer ADD PRIMARY KEY (customer_id), ADD UNIQUE (public_id), ADD UNIQUE (email);
    CREATE INDEX ON customer (last_seen_at);
    CREATE INDEX ON customer (referred_by) WHERE referred_by IS NOT NULL;
    ALTER TABLE customer_security ADD PRIMARY KEY (customer_id);
    CREATE INDEX ON customer_security (failed_logins) WHERE failed_logins >= 5;
    ALTER TABLE address ADD PRIMARY KEY (address_id), ADD UNIQUE (customer_id, address_id);
    CREATE INDEX ON address (postal_code);
    ALTER TABLE wishlist_item ADD PRIMARY KEY (customer_id, product_id);
    CREATE INDEX ON wishlist_item (product_id);
    CREATE INDEX ON wishlist_item (customer_id);
    ALTER TABLE cart ADD PRIMARY KEY (cart_id);
    CREATE INDEX ON cart (customer_id);
    CREATE INDEX ON cart (expires_at);
    CREATE INDEX ON cart (client_ip);
    ALTER TABLE cart_item ADD PRIMARY KEY (cart_id, variant_id);
    CREATE INDEX ON cart_item (variant_id);

    ALTER TABLE customer_order ADD PRIMARY KEY (order_id);
    CREATE INDEX ON customer_order (customer_id, placed_at DESC);
    CREATE INDEX ON customer_order (shipping_address_id);
    CREATE INDEX ON customer_order (status, placed_at) WHERE status IN ('pending', 'paid', 'packed');
    CREATE INDEX ON customer_order USING brin (placed_at) WITH (pages_per_range = 16);
    ALTER TABLE order_line ADD PRIMARY KEY (order_id, line_id);
    CREATE INDEX ON order_line (variant_id);
    ALTER TABLE payment ADD PRIMARY KEY (payment_id);
    CREATE INDEX ON payment (order_id);
    CREATE INDEX ON payment (created_at) WHERE status = 'authorized';
    ALTER TABLE shipment ADD PRIMARY KEY (shipment_id), ADD UNIQUE (tracking_no);
    CREATE INDEX ON shipment (order_id);
    CREATE INDEX ON shipment (shipped_at) WHERE status = 'in_transit';
    ALTER TABLE promotion ADD PRIMARY KEY (promotion_id), ADD UNIQUE (promotion_code);
    ALTER TABLE promotion_use ADD PRIMARY KEY (promotion_id, order_id);
    CREATE INDEX ON promotion_use (order_id);

    ALTER TABLE review ADD PRIMARY KEY (review_id);
    CREATE INDEX ON review (product_id, rating);
    CREATE INDEX ON review (customer_id);
    ALTER TABLE ticket ADD PRIMARY KEY (ticket_id);
    CREATE INDEX ON ticket (customer_id);
    CREATE INDEX ON ticket (order_id);
    CREATE INDEX ON ticket (priority, opened_at) WHERE status <> 'closed';
    ALTER TABLE ticket_message ADD PRIMARY KEY (message_id);
    CREATE INDEX ON ticket_message (ticket_id, sent_at);
    ALTER TABLE task ADD PRIMARY KEY (task_id);
    CREATE INDEX ON task (priority, run_after) WHERE state = 'pending';
    ALTER TABLE activity ADD PRIMARY KEY (occurred_at, activity_id);
    CREATE INDEX ON activity (customer_id, occurred_at) WHERE action = 'login';
END
$function$;
COMMENT ON FUNCTION pg_stress.sample_shop_indexes(text) IS
'Adds primary and unique keys and indexes to the sample shop. A part of create_sample_shop.';
REVOKE ALL ON FUNCTION pg_stress.sample_shop_indexes(text) FROM PUBLIC;

CREATE FUNCTION pg_stress.sample_shop_text_search(schema_name text)
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    trgm_schema name;
    reason text := 'the extension is not available on this server';
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm' AND installed_version IS NULL) THEN
        BEGIN
            EXECUTE format('CREATE EXTENSION pg_trgm SCHEMA %I',
                           (SELECT coalesce(max(nspname), schema_name) FROM pg_namespace
                            WHERE nspname = 'public' AND has_schema_privilege(oid, 'CREATE')));
        EXCEPTION WHEN OTHERS THEN
            reason := SQLERRM;
        END;
    END IF;
    SELECT n.nspname INTO trgm_schema
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_trgm';
    IF has_schema_privilege(trgm_schema, 'USAGE') THEN
        EXECUTE format('CREATE INDEX product_name_search ON %I.product USING gin (name %I.gin_trgm_ops)',
                       schema_name, trgm_schema);
        RETURN 'trigram';
    END IF;
    EXECUTE format('CREATE INDEX product_name_search ON %I.product USING gin (to_tsvector(''simple'', name))',
                   schema_name);
    RAISE NOTICE 'the names of products are searched by words, not by trigrams'
        USING DETAIL = format('pg_trgm cannot be used: %s.', reason);
    RETURN 'words';
END
$function$;
COMMENT ON FUNCTION pg_stress.sample_shop_text_search(text) IS
'Adds the search index on product names: by trigrams where pg_trgm is installed or can be, else by words with a NOTICE. Returns trigram or words. A part of create_sample_shop.';
REVOKE ALL ON FUNCTION pg_stress.sample_shop_text_search(text) FROM PUBLIC;

CREATE FUNCTION pg_stress.sample_shop_references(schema_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM set_config('search_path', quote_ident(schema_name) || ', pg_temp', true);

    ALTER TABLE warehouse ADD FOREIGN KEY (country_code) REFERENCES country;
    ALTER TABLE employee ADD FOREIGN KEY (manager_id) REFERENCES employee ON DELETE SET NULL;
    ALTER TABLE category ADD FOREIGN KEY (parent_id) REFERENCES category ON DELETE SET NULL;
    ALTER TABLE brand ADD FOREIGN KEY (country_code) REFERENCES country;

    ALTER TABLE product ADD FOREIGN KEY (brand_id) REFERENCES brand ON DELETE SET NULL;
    ALTER TABLE product_category
        ADD FOREIGN KEY (product_id) REFERENCES product ON DELETE CASCADE,
        ADD FOREIGN KEY (category_id) REFERENCES category ON DELETE CASCADE;
    ALTER TABLE product_variant ADD FOREIGN KEY (product_id) REFERENCES product ON DELETE CASCADE;
    ALTER TABLE price_change
        ADD FOREIGN KEY (variant_id) REFERENCES product_variant ON DELETE CASCADE;
    ALTER TABLE stock_level
        ADD FOREIGN KEY (warehouse_id) REFERENCES warehouse,
        ADD FOREIGN KEY (variant_id) REFERENCES product_variant ON DELETE CASCADE;
    ALTER TABLE stock_movement
        ADD FOREIGN KEY (warehouse_id, variant_id) REFERENCES stock_level ON DELETE CASCADE;

    ALTER TABLE customer ADD FOREIGN KEY (referred_by) REFERENCES customer ON DELETE SET NULL;
    ALTER TABLE customer_security ADD FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE;
    ALTER TABLE address
        ADD FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE,
        ADD FOREIGN KEY (country_code) REFERENCES country;
    -- A circle with the key above, so it is checked at commit. Before 15 SET NULL would take
    -- customer_id too.
    IF current_setting('server_version_num')::int >= 150000 THEN
        EXECUTE 'ALTER TABLE customer ADD FOREIGN KEY (customer_id, default_address_id)
                 REFERENCES address (customer_id, address_id)
                 ON DELETE SET NULL (default_address_id) DEFERRABLE INITIALLY DEFERRED';
    ELSE
        ALTER TABLE customer ADD FOREIGN KEY (customer_id, default_address_id)
            REFERENCES address (customer_id, address_id) DEFERRABLE INITIALLY DEFERRED;
    END IF;
    ALTER TABLE wishlist_item
        ADD FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE,
        ADD FOREIGN KEY (product_id) REFERENCES product ON DELETE CASCADE;
    ALTER TABLE cart ADD FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE;
    ALTER TABLE cart_item
        ADD FOREIGN KEY (cart_id) REFERENCES cart ON DELETE CASCADE,
        ADD FOREIGN KEY (variant_id) REFERENCES product_variant ON DELETE CASCADE;

    -- Two keys to address: both belong to the customer who ordered, or the row is refused.
    ALTER TABLE customer_order
        ADD FOREIGN KEY (customer_id) REFERENCES customer,
        ADD FOREIGN KEY (customer_id, shipping_address_id) REFERENCES address (customer_id, address_id),
        ADD FOREIGN KEY (customer_id, billing_address_id) REFERENCES address (customer_id, address_id);
    ALTER TABLE order_line
        ADD FOREIGN KEY (order_id) REFERENCES customer_order ON DELETE CASCADE,
        ADD FOREIGN KEY (variant_id) REFERENCES product_variant;
    ALTER TABLE payment ADD FOREIGN KEY (order_id) REFERENCES customer_order ON DELETE CASCADE;
    ALTER TABLE shipment
        ADD FOREIGN KEY (order_id) REFERENCES customer_order ON DELETE CASCADE,
        ADD FOREIGN KEY (warehouse_id) REFERENCES warehouse;
    ALTER TABLE promotion_use
        ADD FOREIGN KEY (promotion_id) REFERENCES promotion ON DELETE CASCADE,
        ADD FOREIGN KEY (order_id) REFERENCES customer_order ON DELETE CASCADE;

    ALTER TABLE review
        ADD FOREIGN KEY (product_id) REFERENCES product ON DELETE CASCADE,
        ADD FOREIGN KEY (customer_id) REFERENCES customer ON DELETE SET NULL;
    ALTER TABLE ticket
        ADD FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE,
        ADD FOREIGN KEY (order_id) REFERENCES customer_order ON DELETE SET NULL,
        ADD FOREIGN KEY (assignee_id) REFERENCES employee ON DELETE SET NULL;
    ALTER TABLE ticket_message ADD FOREIGN KEY (ticket_id) REFERENCES ticket ON DELETE CASCADE;
END
$function$;
COMMENT ON FUNCTION pg_stress.sample_shop_references(text) IS
'Adds the foreign keys to the sample shop and so checks all of its rows. A part of create_sample_shop.';
REVOKE ALL ON FUNCTION pg_stress.sample_shop_references(text) FROM PUBLIC;

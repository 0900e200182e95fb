#include "schema_builder.hpp"

#include <algorithm>
#include <map>

namespace pg_stress::core {

namespace {

struct TypeShape {
    TypeFamily family;
    int integer_bytes;
};

const std::map<std::string, TypeShape>& shapes() {
    static const std::map<std::string, TypeShape> all = {
        {"smallint", {TypeFamily::Integer, 2}}, {"integer", {TypeFamily::Integer, 4}},
        {"bigint", {TypeFamily::Integer, 8}},   {"numeric", {TypeFamily::Numeric, 0}},
        {"text", {TypeFamily::Text, 0}},        {"varchar", {TypeFamily::Text, 0}},
        {"boolean", {TypeFamily::Boolean, 0}},  {"timestamptz", {TypeFamily::Timestamp, 0}},
        {"date", {TypeFamily::Date, 0}},        {"uuid", {TypeFamily::Uuid, 0}},
        {"jsonb", {TypeFamily::Json, 0}},       {"mood", {TypeFamily::Enum, 0}},
        {"text[]", {TypeFamily::Array, 0}},     {"tsvector", {TypeFamily::TextSearch, 0}},
        {"point", {TypeFamily::Other, 0}},
    };
    return all;
}

} // namespace

TableBuilder& TableBuilder::column(const std::string& name, const std::string& type,
                                   bool not_null) {
    Column column;
    column.name = name;
    column.number = static_cast<int16_t>(table().columns.size() + 1);
    column.type = type;
    column.base_type = type.substr(0, type.find('('));
    const TypeShape& shape = shapes().at(column.base_type);
    column.family = shape.family;
    column.integer_bytes = shape.integer_bytes;
    column.jsonb = type == "jsonb";
    column.not_null = not_null;
    if (column.base_type == "varchar" && type.size() > 7) {
        column.length = std::stoi(type.substr(8));
    }
    if (type == "mood") {
        column.labels = {"new", "open", "done"};
    }
    table().columns.push_back(column);
    return *this;
}

std::vector<int16_t> TableBuilder::numbers(const Table& table,
                                           const std::vector<std::string>& names) {
    std::vector<int16_t> out;
    for (const auto& name : names) {
        out.push_back(table.column(name)->number);
    }
    return out;
}

TableBuilder& TableBuilder::index(const std::string& name, const std::vector<std::string>& names,
                                  bool unique, bool primary, AccessMethod method,
                                  const std::string& operators) {
    Index index;
    index.name = name;
    index.columns = numbers(table(), names);
    index.unique = unique;
    index.primary = primary;
    index.method = method;
    index.operator_classes.assign(names.size(), operators);
    table().indexes.push_back(index);
    return *this;
}

TableBuilder& TableBuilder::references(const std::string& parent,
                                       const std::vector<std::string>& names,
                                       const std::vector<std::string>& parent_names,
                                       OnDelete on_delete) {
    const auto found = std::find_if(model_.tables.begin(), model_.tables.end(),
                                    [&](const Table& t) { return t.name == parent; });
    ForeignKey key;
    key.name = "fk_" + table().name + "_" + names.back() + "_" + parent;
    key.child = static_cast<int>(index_);
    key.parent = static_cast<int>(found - model_.tables.begin());
    key.columns = numbers(table(), names);
    key.parent_columns = numbers(*found, parent_names);
    key.on_delete = on_delete;
    model_.foreign_keys.push_back(key);
    return *this;
}

TableBuilder SchemaBuilder::table(const std::string& name, const std::string& schema) {
    Table table;
    table.schema = schema;
    table.name = name;
    table.oid = static_cast<uint32_t>(16384 + model_.tables.size());
    table.rows = 1000;
    model_.tables.push_back(table);
    return {model_, model_.tables.size() - 1};
}

SchemaModel SchemaBuilder::build() {
    std::vector<size_t> order(model_.tables.size());
    for (size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return std::pair(model_.tables[a].schema, model_.tables[a].name) <
               std::pair(model_.tables[b].schema, model_.tables[b].name);
    });
    std::vector<int> place(order.size());
    SchemaModel sorted;
    for (size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = static_cast<int>(i);
        sorted.tables.push_back(model_.tables[order[i]]);
    }
    sorted.foreign_keys = model_.foreign_keys;
    for (ForeignKey& key : sorted.foreign_keys) {
        key.child = place[static_cast<size_t>(key.child)];
        key.parent = place[static_cast<size_t>(key.parent)];
    }
    sorted.index_tables();
    return sorted;
}

SchemaModel shop_like() {
    SchemaBuilder s;
    s.table("customers")
        .rows(10000)
        .identity("id")
        .column("email", "varchar(80)")
        .values(-1)
        .column("name", "text")
        .values(-0.8)
        .column("visits", "integer")
        .with_default()
        .values(40)
        .column("created_at", "timestamptz")
        .with_default()
        .column("updated_at", "timestamptz")
        .with_default()
        .column("deleted_at", "timestamptz", false)
        .values(0.1, 0.95)
        .key({"id"})
        .unique({"email"});
    s.table("categories")
        .rows(200)
        .table_class(TableClass::Hierarchical)
        .identity("id")
        .column("parent_id", "bigint", false)
        .column("name", "text")
        .key({"id"})
        .references("categories", {"parent_id"}, {"id"});
    s.table("products")
        .rows(5000)
        .column("id", "uuid")
        .with_default()
        .column("sku", "varchar(20)")
        .column("title", "text")
        .values(-0.9)
        .column("price", "numeric")
        .check("price_positive", {"price"})
        .column("attributes", "jsonb")
        .column("tags", "text[]")
        .column("category_id", "bigint")
        .column("search", "tsvector", false)
        .key({"id"})
        .unique({"sku"})
        .references("categories", {"category_id"}, {"id"})
        .index("products_attributes", {"attributes"}, false, false, AccessMethod::Gin,
               "jsonb_path_ops")
        .index("products_tags", {"tags"}, false, false, AccessMethod::Gin, "array_ops")
        .index("products_title", {"title"}, false, false, AccessMethod::Gin, "gin_trgm_ops");
    s.table("orders")
        .rows(50000)
        .table_class(TableClass::Transactional)
        .identity("id")
        .column("customer_id", "bigint")
        .column("status", "mood")
        .with_default()
        .column("note", "text", false)
        .values(-0.5, 0.2)
        .column("total", "numeric")
        .with_default()
        .column("placed_at", "timestamptz")
        .with_default()
        .column("changed_at", "timestamptz")
        .with_default()
        .key({"id"})
        .references("customers", {"customer_id"}, {"id"})
        .index("orders_customer", {"customer_id"});
    s.table("lines")
        .rows(150000)
        .column("order_id", "bigint")
        .column("line_no", "smallint")
        .column("product_id", "uuid")
        .column("quantity", "integer")
        .values(9)
        .check("quantity_positive", {"quantity"})
        .key({"order_id", "line_no"})
        .references("orders", {"order_id"}, {"id"}, OnDelete::Cascade)
        .references("products", {"product_id"}, {"id"})
        .index("lines_product", {"product_id"});
    s.table("stock")
        .rows(5000)
        .table_class(TableClass::Satellite)
        .column("product_id", "uuid")
        .column("on_hand", "integer")
        .values(300)
        .column("place", "text", false)
        .values(12)
        .key({"product_id"})
        .references("products", {"product_id"}, {"id"});
    s.table("favourites")
        .rows(3000)
        .table_class(TableClass::Junction)
        .column("customer_id", "bigint")
        .column("product_id", "uuid")
        .column("added_at", "timestamptz")
        .with_default()
        .key({"customer_id", "product_id"})
        .references("customers", {"customer_id"}, {"id"})
        .references("products", {"product_id"}, {"id"})
        .index("favourites_product", {"product_id"});
    s.table("log")
        .rows(200000)
        .kind(TableKind::Partitioned)
        .table_class(TableClass::AppendOnly)
        .identity("id")
        .column("logged_at", "timestamptz")
        .with_default()
        .column("entry", "jsonb")
        .key({"id", "logged_at"});
    TableBuilder log(s.table("jobs").rows(2000).table_class(TableClass::Queue));
    log.identity("id")
        .column("state", "mood")
        .column("payload", "jsonb")
        .column("run_at", "timestamptz")
        .key({"id"});
    SchemaModel model = s.build();
    for (Table& table : model.tables) {
        if (table.name == "log") {
            table.partition_key = {2};
        }
        if (table.name == "products") {
            table.columns[7].trigger_maintained = true;
        }
    }
    return model;
}

SchemaModel northwind_like() {
    SchemaBuilder s;
    s.table("region")
        .rows(4)
        .table_class(TableClass::Lookup)
        .column("region_id", "smallint")
        .column("description", "varchar(60)")
        .key({"region_id"});
    s.table("territories")
        .rows(53)
        .column("territory_id", "varchar(20)")
        .column("description", "varchar(60)")
        .column("region_id", "smallint")
        .key({"territory_id"})
        .references("region", {"region_id"}, {"region_id"});
    s.table("employees")
        .rows(9)
        .column("employee_id", "smallint")
        .column("name", "varchar(20)")
        .column("reports_to", "smallint", false)
        .key({"employee_id"})
        .references("employees", {"reports_to"}, {"employee_id"});
    s.table("employee_territories")
        .rows(49)
        .column("employee_id", "smallint")
        .column("territory_id", "varchar(20)")
        .key({"employee_id", "territory_id"})
        .references("employees", {"employee_id"}, {"employee_id"})
        .references("territories", {"territory_id"}, {"territory_id"});
    s.table("customers")
        .rows(91)
        .column("customer_id", "varchar(5)")
        .column("company", "varchar(40)")
        .key({"customer_id"});
    s.table("demographics")
        .rows(0)
        .column("type_id", "varchar(5)")
        .column("text", "text", false)
        .key({"type_id"});
    s.table("customer_demo")
        .rows(0)
        .column("customer_id", "varchar(5)")
        .column("type_id", "varchar(5)")
        .key({"customer_id", "type_id"})
        .references("customers", {"customer_id"}, {"customer_id"})
        .references("demographics", {"type_id"}, {"type_id"});
    s.table("states")
        .rows(51)
        .column("state_id", "smallint")
        .column("name", "varchar(100)", false)
        .column("abbreviation", "varchar(2)", false)
        .key({"state_id"});
    return s.build();
}

SchemaModel odd_ones() {
    SchemaBuilder s;
    s.table("no key").rows(500).column("Some \"text\"", "text").column("select", "integer");
    s.table("tenants").rows(20).identity("id", "integer").column("name", "text").key({"id"});
    s.table("projects")
        .rows(400)
        .column("tenant_id", "integer")
        .column("id", "integer")
        .column("name", "text")
        .key({"tenant_id", "id"})
        .references("tenants", {"tenant_id"}, {"id"});
    s.table("tasks")
        .rows(4000)
        .column("tenant_id", "integer")
        .column("project_id", "integer")
        .column("task_no", "integer")
        .column("starts", "date")
        .column("ends", "date")
        .check("in_order", {"starts", "ends"})
        .key({"tenant_id", "project_id", "task_no"})
        .references("projects", {"tenant_id", "project_id"}, {"tenant_id", "id"})
        .references("tenants", {"tenant_id"}, {"id"});
    s.table("flags").rows(2).table_class(TableClass::Lookup).column("on", "boolean").key({"on"});
    s.table("empty checked")
        .rows(0)
        .identity("id")
        .column("grade", "integer")
        .check("grade_range", {"grade"})
        .key({"id"});
    s.table("points").rows(0).identity("id").column("place", "point").key({"id"});
    s.table("child of empty")
        .rows(10)
        .identity("id")
        .column("empty_id", "bigint")
        .key({"id"})
        .references("empty checked", {"empty_id"}, {"id"});
    s.table("remote").rows(0).kind(TableKind::Foreign).column("id", "integer");
    s.table("guarded").rows(100).identity("id").column("a", "text").key({"id"});
    s.table("always").rows(100).identity("id").column("v", "text").key({"id"});
    SchemaModel model = s.build();
    for (Table& table : model.tables) {
        if (table.name == "guarded") {
            table.row_security = true;
        } else if (table.name == "always") {
            table.columns[0].identity_always = true;
        }
    }
    return model;
}

} // namespace pg_stress::core

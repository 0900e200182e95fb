// introspect() and the functions behind the views of the schema. Zone: backend.
#include <cmath>
#include <cstdint>

#include "backend/catalog_reader.hpp"
#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/target.hpp"

#include "result_rows.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::optional<std::string> text_argument(FunctionCallInfo fcinfo, int number) {
    if (PG_ARGISNULL(number)) {
        return std::nullopt;
    }
    return std::string(call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(number)); }));
}

const core::Table& table_at(const core::SchemaModel& model, int i) {
    return model.tables[static_cast<size_t>(i)];
}

std::vector<std::string> column_names(const core::Table& table,
                                      const std::vector<int16_t>& numbers) {
    std::vector<std::string> names;
    for (const int16_t number : numbers) {
        const core::Column* column = table.column(number);
        names.push_back(column != nullptr ? column->name : "(expression)");
    }
    return names;
}

const char* kind_name(core::TableKind kind) {
    switch (kind) {
    case core::TableKind::Partitioned:
        return "partitioned";
    case core::TableKind::Foreign:
        return "foreign";
    case core::TableKind::Ordinary:
        break;
    }
    return "ordinary";
}

const char* on_delete_name(core::OnDelete action) {
    switch (action) {
    case core::OnDelete::Restrict:
        return "restrict";
    case core::OnDelete::Cascade:
        return "cascade";
    case core::OnDelete::SetNull:
        return "set null";
    case core::OnDelete::SetDefault:
        return "set default";
    case core::OnDelete::NoAction:
        break;
    }
    return "no action";
}

void number_or_null(ResultRows& rows, double value) {
    if (value > 0) {
        rows.number(value);
    } else {
        rows.null();
    }
}

void whole_or_null(ResultRows& rows, int value, bool known) {
    if (known) {
        rows.whole(value);
    } else {
        rows.null();
    }
}

double widest_fan_out(const core::SchemaModel& model, const core::Table& table) {
    double widest = 0;
    for (const int k : table.referenced_by) {
        const auto& key = model.foreign_keys[static_cast<size_t>(k)];
        widest = key.self() ? widest : std::max(widest, core::fan_out(model, key));
    }
    return widest;
}

std::vector<std::string> privileges(const core::Table& table) {
    std::vector<std::string> names;
    const std::pair<bool, const char*> all[] = {{table.can_select, "select"},
                                                {table.can_insert, "insert"},
                                                {table.can_update, "update"},
                                                {table.can_delete, "delete"}};
    for (const auto& [has, name] : all) {
        if (has) {
            names.emplace_back(name);
        }
    }
    return names;
}

void put_table(ResultRows& rows, const core::SchemaModel& model, const core::Table& table) {
    rows.text(table.schema).text(table.name).text(kind_name(table.kind));
    rows.text(core::to_string(table.table_class)).number(table.confidence).text(table.evidence);
    rows.boolean(table.class_overridden);
    if (table.rows_known) {
        rows.integer(std::llround(table.rows));
    } else {
        rows.null();
    }
    rows.integer(std::llround(table.bytes));
    rows.whole(static_cast<int32_t>(table.columns.size()));
    if (const core::Index* key = table.primary_key()) {
        rows.texts(column_names(table, key->columns));
    } else {
        rows.null();
    }
    rows.whole(static_cast<int32_t>(table.foreign_keys.size()));
    rows.whole(static_cast<int32_t>(table.referenced_by.size()));
    number_or_null(rows, widest_fan_out(model, table));
    rows.whole(static_cast<int32_t>(table.partitions));
    rows.texts(column_names(table, table.partition_key));
    rows.whole(static_cast<int32_t>(table.inheritance_children));
    rows.texts(table.triggers).boolean(table.has_insert_rule).boolean(table.row_security);
    rows.boolean(table.unlogged).texts(privileges(table)).oid(table.oid).end_row();
}

void put_column(ResultRows& rows, const core::Table& table, const core::Column& column) {
    rows.text(table.schema).text(table.name).text(column.name).whole(column.number);
    rows.text(column.type).text(column.base_type).text(core::to_string(column.family));
    rows.boolean(column.not_null).boolean(column.has_default).boolean(column.serial);
    if (column.identity) {
        rows.text(column.identity_always ? "always" : "by default");
    } else {
        rows.null();
    }
    rows.boolean(column.generated).boolean(column.trigger_maintained);
    rows.boolean(table.in_unique_index(column.number)).boolean(column.domain_has_check);
    if (column.family == core::TypeFamily::Enum) {
        rows.texts(column.labels);
    } else {
        rows.null();
    }
    whole_or_null(rows, column.length, column.length > 0);
    whole_or_null(rows, column.precision, column.precision > 0);
    whole_or_null(rows, column.scale, column.precision > 0);
    const core::ColumnStatistics& statistics = column.statistics;
    if (statistics.present) {
        rows.number(statistics.null_fraction).number(statistics.distinct);
        rows.number(statistics.correlation).whole(statistics.width);
    } else {
        rows.null().null().null().null();
    }
    rows.end_row();
}

void put_relationship(ResultRows& rows, const core::SchemaModel& model,
                      const core::ForeignKey& key) {
    const core::Table& child = table_at(model, key.child);
    const core::Table& parent = table_at(model, key.parent);
    bool optional = false;
    for (const int16_t number : key.columns) {
        const core::Column* column = child.column(number);
        optional = optional || (column != nullptr && !column->not_null);
    }
    rows.text(key.name).text(child.schema).text(child.name);
    rows.texts(column_names(child, key.columns)).text(parent.schema).text(parent.name);
    rows.texts(column_names(parent, key.parent_columns)).text(on_delete_name(key.on_delete));
    rows.boolean(key.deferrable).boolean(key.deferred).boolean(key.validated);
    rows.boolean(optional).boolean(key.self());
    number_or_null(rows, core::fan_out(model, key));
    rows.end_row();
}

} // namespace

PGS_FUNCTION(introspect) {
    check_target(text_argument(fcinfo, 0));
    const int64_t begin = monotonic_ns();
    const Introspection& known = introspect(!PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
    const double elapsed_ms = static_cast<double>(monotonic_ns() - begin) / 1e6;
    ResultRows rows(fcinfo);
    rows.whole(static_cast<int32_t>(known.model.tables.size()));
    rows.whole(static_cast<int32_t>(known.model.foreign_keys.size()));
    rows.whole(static_cast<int32_t>(known.chains.size()));
    rows.boolean(known.cached).number(elapsed_ms).end_row();
    return static_cast<Datum>(0);
}

PGS_FUNCTION(schema_tables) {
    const core::SchemaModel& model = current_model(false);
    ResultRows rows(fcinfo);
    for (const core::Table& table : model.tables) {
        put_table(rows, model, table);
    }
    return static_cast<Datum>(0);
}

PGS_FUNCTION(schema_columns) {
    const core::SchemaModel& model = current_model(false);
    ResultRows rows(fcinfo);
    for (const core::Table& table : model.tables) {
        for (const core::Column& column : table.columns) {
            put_column(rows, table, column);
        }
    }
    return static_cast<Datum>(0);
}

PGS_FUNCTION(schema_relationships) {
    const core::SchemaModel& model = current_model(false);
    ResultRows rows(fcinfo);
    for (const core::ForeignKey& key : model.foreign_keys) {
        put_relationship(rows, model, key);
    }
    return static_cast<Datum>(0);
}

PGS_FUNCTION(schema_chains) {
    const Introspection& known = introspect(false);
    ResultRows rows(fcinfo);
    int32_t number = 0;
    for (const core::Chain& chain : known.chains) {
        std::vector<std::string> tables, keys;
        for (const int table : chain.tables) {
            tables.push_back(table_at(known.model, table).quoted());
        }
        for (const int key : chain.foreign_keys) {
            keys.push_back(known.model.foreign_keys[static_cast<size_t>(key)].name);
        }
        rows.whole(++number).whole(static_cast<int32_t>(tables.size())).texts(tables).texts(keys);
        number_or_null(rows, chain.fan_out);
        rows.end_row();
    }
    return static_cast<Datum>(0);
}

} // namespace pg_stress::backend

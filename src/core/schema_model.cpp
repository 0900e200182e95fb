// Look-ups in the schema model and quoting for SQL text. Zone: core.
#include "core/schema_model.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "reserved_words.hpp"

namespace pg_stress::core {

namespace {

constexpr const char* kClassNames[] = {"entity",       "transactional", "append_only", "lookup",
                                       "hierarchical", "junction",      "satellite",   "queue"};

bool is_plain_identifier(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) {
        return false;
    }
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

bool identifies_rows(const Table& table, const Index& index) {
    return index.unique && index.valid && index.immediate && !index.partial && !index.expression &&
           std::all_of(index.columns.begin(), index.columns.end(), [&](int16_t number) {
               const Column* key = table.column(number);
               return key != nullptr && key->not_null;
           });
}

} // namespace

const Column* Table::column(int16_t number) const {
    // Columns are in order, with gaps where one was dropped.
    const auto it = std::lower_bound(columns.begin(), columns.end(), number,
                                     [](const Column& c, int16_t n) { return c.number < n; });
    return it != columns.end() && it->number == number ? &*it : nullptr;
}

const Column* Table::column(std::string_view column_name) const {
    const auto it = std::find_if(columns.begin(), columns.end(),
                                 [&](const Column& c) { return c.name == column_name; });
    return it != columns.end() ? &*it : nullptr;
}

const Index* Table::primary_key() const {
    const Index* best = nullptr;
    for (const Index& index : indexes) {
        if (index.primary && index.valid) {
            return &index;
        }
        if (identifies_rows(*this, index) &&
            (best == nullptr || index.columns.size() < best->columns.size() ||
             (index.columns.size() == best->columns.size() && index.name < best->name))) {
            best = &index;
        }
    }
    return best;
}

bool Table::in_unique_index(int16_t number) const {
    return std::any_of(indexes.begin(), indexes.end(), [&](const Index& index) {
        return (index.unique || index.exclusion) &&
               std::find(index.columns.begin(), index.columns.end(), number) != index.columns.end();
    });
}

std::string Table::quoted() const { return quote_name(schema) + "." + quote_name(name); }

int SchemaModel::find_table(uint32_t oid) const {
    const auto it = by_oid.find(oid);
    return it != by_oid.end() ? it->second : -1;
}

int SchemaModel::find_table(std::string_view schema, std::string_view name) const {
    const auto it = std::lower_bound(tables.begin(), tables.end(), std::pair(schema, name),
                                     [](const Table& t, const auto& wanted) {
                                         return std::pair<std::string_view, std::string_view>(
                                                    t.schema, t.name) < wanted;
                                     });
    return it != tables.end() && it->schema == schema && it->name == name
               ? static_cast<int>(it - tables.begin())
               : -1;
}

void SchemaModel::index_tables() {
    by_oid.clear();
    by_oid.reserve(tables.size());
    for (size_t i = 0; i < tables.size(); ++i) {
        by_oid.emplace(tables[i].oid, static_cast<int>(i));
        tables[i].foreign_keys.clear();
        tables[i].referenced_by.clear();
    }
    for (size_t i = 0; i < foreign_keys.size(); ++i) {
        const ForeignKey& key = foreign_keys[i];
        if (key.child >= 0) {
            tables[static_cast<size_t>(key.child)].foreign_keys.push_back(static_cast<int>(i));
        }
        if (key.parent >= 0) {
            tables[static_cast<size_t>(key.parent)].referenced_by.push_back(static_cast<int>(i));
        }
    }
}

std::string quote_name(std::string_view name) {
    if (is_plain_identifier(name) &&
        !std::binary_search(std::begin(kReservedWords), std::end(kReservedWords), name)) {
        return std::string(name);
    }
    std::string out = "\"";
    for (const char c : name) {
        out.append(c == '"' ? 2 : 1, c);
    }
    return out += '"';
}

std::string quote_literal(std::string_view text) {
    std::string out = text.find('\\') != std::string_view::npos ? "E'" : "'";
    for (const char c : text) {
        out.append(c == '\'' || c == '\\' ? 2 : 1, c);
    }
    return out += '\'';
}

const char* to_string(TableClass table_class) {
    return kClassNames[static_cast<size_t>(table_class)];
}

const char* to_string(TypeFamily family) {
    static constexpr const char* kNames[] = {
        "boolean",  "integer",     "numeric",   "text",  "timestamp", "date",    "time",
        "interval", "uuid",        "json",      "enum",  "bytea",     "network", "bit",
        "range",    "text search", "composite", "array", "other"};
    return kNames[static_cast<size_t>(family)];
}

bool parse_table_class(std::string_view name, TableClass& table_class) {
    const auto it = std::find(std::begin(kClassNames), std::end(kClassNames), name);
    if (it == std::end(kClassNames)) {
        return false;
    }
    table_class = static_cast<TableClass>(it - std::begin(kClassNames));
    return true;
}

} // namespace pg_stress::core

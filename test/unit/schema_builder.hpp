// Schema models made by hand, for tests of what is derived from them. Zone: core.
#pragma once

#include <string>
#include <vector>

#include "core/schema_model.hpp"

namespace pg_stress::core {

/** Adds to one table; all calls return the builder. */
class TableBuilder {
  public:
    TableBuilder(SchemaModel& model, size_t index) : model_(model), index_(index) {}

    TableBuilder& rows(double n) {
        table().rows = n;
        return *this;
    }
    TableBuilder& kind(TableKind kind) {
        table().kind = kind;
        return *this;
    }
    TableBuilder& table_class(TableClass table_class) {
        table().table_class = table_class;
        return *this;
    }
    /** A column of a type such as "integer", "varchar(20)", "timestamptz"; NOT NULL by default. */
    TableBuilder& column(const std::string& name, const std::string& type, bool not_null = true);
    TableBuilder& identity(const std::string& name, const std::string& type = "bigint") {
        column(name, type);
        table().columns.back().identity = true;
        return *this;
    }
    Column& last() { return table().columns.back(); }
    TableBuilder& with_default() {
        last().has_default = true;
        return *this;
    }
    TableBuilder& values(double distinct, double null_fraction = 0) {
        last().statistics = {true, null_fraction, distinct, 0, 8};
        return *this;
    }
    TableBuilder& key(const std::vector<std::string>& names) {
        return index("pk_" + table().name, names, true, true);
    }
    TableBuilder& unique(const std::vector<std::string>& names) {
        return index("uq_" + table().name + "_" + names[0], names, true);
    }
    TableBuilder& index(const std::string& name, const std::vector<std::string>& names,
                        bool unique = false, bool primary = false,
                        AccessMethod method = AccessMethod::Btree,
                        const std::string& operators = "");
    TableBuilder& check(const std::string& name, const std::vector<std::string>& names) {
        table().checks.push_back({name, numbers(table(), names)});
        return *this;
    }
    TableBuilder& references(const std::string& parent, const std::vector<std::string>& names,
                             const std::vector<std::string>& parent_names,
                             OnDelete on_delete = OnDelete::NoAction);

    Table& table() { return model_.tables[index_]; }

  private:
    static std::vector<int16_t> numbers(const Table& table, const std::vector<std::string>& names);

    SchemaModel& model_;
    size_t index_;
};

class SchemaBuilder {
  public:
    TableBuilder table(const std::string& name, const std::string& schema = "s");
    /** Sorts the tables as the catalog reader does and links them. */
    SchemaModel build();

  private:
    SchemaModel model_;
};

/** About what a shop has: customers, orders, lines, tree of categories, log, junction, satellite.
 */
SchemaModel shop_like();
/** Text and smallint keys, no defaults, junctions with few possible pairs. */
SchemaModel northwind_like();
/** Everything odd: no key, quoted names, overlapping keys, tied columns, empty tables. */
SchemaModel odd_ones();

} // namespace pg_stress::core

// The two hashes of a schema model: of its structure, and of its statistics. Zone: core.
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/schema_model.hpp"

namespace pg_stress::core {

namespace {

class Hash {
  public:
    template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    void add(T value) {
        uint64_t bits = 0;
        if constexpr (std::is_floating_point_v<T>) {
            const auto wide = static_cast<double>(value);
            std::memcpy(&bits, &wide, sizeof bits);
        } else {
            bits = static_cast<uint64_t>(value);
        }
        mix(bits);
    }
    void add(std::string_view text) {
        mix(text.size()); // so that "ab", "c" differs from "a", "bc"
        while (text.size() >= sizeof(uint64_t)) {
            uint64_t bits = 0;
            std::memcpy(&bits, text.data(), sizeof bits);
            mix(bits);
            text.remove_prefix(sizeof bits);
        }
        uint64_t rest = 0;
        std::memcpy(&rest, text.data(), text.size());
        mix(rest);
    }
    uint64_t value() const { return state_; }

  private:
    void mix(uint64_t bits) { // the finalizer of splitmix64 over a running state
        state_ += bits + 0x9e3779b97f4a7c15ULL;
        state_ = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
        state_ = (state_ ^ (state_ >> 27)) * 0x94d049bb133111ebULL;
        state_ ^= state_ >> 31;
    }
    uint64_t state_ = 0;
};

/** Columns by their position among the live ones: numbers keep gaps that a dump does not. */
void add_columns(Hash& hash, const Table& table, const std::vector<int16_t>& numbers) {
    hash.add(numbers.size());
    for (const int16_t number : numbers) {
        const Column* column = table.column(number);
        hash.add(column != nullptr ? column - table.columns.data() : -1);
    }
}

void add_checks(Hash& hash, const Table& table, const std::vector<Check>& checks) {
    hash.add(checks.size());
    for (const Check& check : checks) {
        hash.add(check.name);
        add_columns(hash, table, check.columns);
    }
}

void add_column(Hash& hash, const Column& c) {
    hash.add(c.name);
    hash.add(c.type);
    hash.add(c.base_type);
    hash.add(c.family);
    hash.add(c.element_family);
    hash.add(c.length);
    hash.add(c.precision);
    hash.add(c.scale);
    const bool flags[] = {c.not_null, c.is_domain,         c.domain_has_check, c.has_default,
                          c.serial,   c.identity,          c.identity_always,  c.generated,
                          c.jsonb,    c.trigger_maintained};
    for (const bool flag : flags) {
        hash.add(flag);
    }
    hash.add(c.labels.size());
    for (const std::string& label : c.labels) {
        hash.add(label);
    }
}

void add_index(Hash& hash, const Table& table, const Index& index) {
    hash.add(index.name);
    hash.add(index.method);
    add_columns(hash, table, index.columns);
    add_columns(hash, table, index.included);
    for (const std::string& name : index.operator_classes) {
        hash.add(name);
    }
    const bool flags[] = {index.unique,  index.primary,    index.exclusion, index.valid,
                          index.partial, index.expression, index.immediate};
    for (const bool flag : flags) {
        hash.add(flag);
    }
}

void add_structure(Hash& hash, const Table& table) {
    hash.add(table.schema);
    hash.add(table.name);
    hash.add(table.kind);
    hash.add(table.partitions);
    hash.add(table.inheritance_children);
    const bool flags[] = {table.row_security,   table.unlogged,   table.can_select,
                          table.can_insert,     table.can_update, table.can_delete,
                          table.has_insert_rule};
    for (const bool flag : flags) {
        hash.add(flag);
    }
    hash.add(table.columns.size());
    for (const Column& column : table.columns) {
        add_column(hash, column);
    }
    add_columns(hash, table, table.partition_key);
    hash.add(table.indexes.size());
    for (const Index& index : table.indexes) {
        add_index(hash, table, index);
    }
    add_checks(hash, table, table.checks);
    add_checks(hash, table, table.outside_keys);
    hash.add(table.triggers.size());
    for (const std::string& trigger : table.triggers) {
        hash.add(trigger);
    }
}

void add_key(Hash& hash, const SchemaModel& model, const ForeignKey& key) {
    hash.add(key.name);
    hash.add(key.child);
    hash.add(key.parent);
    add_columns(hash, model.tables[static_cast<size_t>(key.child)], key.columns);
    add_columns(hash, model.tables[static_cast<size_t>(key.parent)], key.parent_columns);
    hash.add(key.on_delete);
    hash.add(key.deferrable);
    hash.add(key.deferred);
    hash.add(key.validated);
}

void add_statistics(Hash& hash, const Table& table) {
    hash.add(table.rows);
    hash.add(table.rows_known);
    hash.add(table.bytes);
    for (const Column& column : table.columns) {
        const ColumnStatistics& s = column.statistics;
        hash.add(s.present);
        hash.add(s.null_fraction);
        hash.add(s.distinct);
        hash.add(s.correlation);
        hash.add(s.width);
    }
}

} // namespace

void SchemaModel::compute_hashes() {
    Hash structure, statistics;
    structure.add(tables.size());
    for (const Table& table : tables) {
        add_structure(structure, table);
        add_statistics(statistics, table);
    }
    structure.add(foreign_keys.size());
    for (const ForeignKey& key : foreign_keys) {
        add_key(structure, *this, key);
    }
    content_hash = structure.value();
    statistics_hash = statistics.value();
}

} // namespace pg_stress::core

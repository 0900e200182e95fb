// What the generator asks of a schema, worked out once per table. Zone: core.
//
// Points into the model, which must outlive it. Structure alone decides: no name is known.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/generator.hpp"
#include "core/schema_model.hpp"

namespace pg_stress::core {

/** Above this many rows a table is never read without an index. */
inline constexpr double kScannableRows = 10000;

struct ColumnUse {
    bool key = false;         // of the primary key, or what stands for it
    bool unique = false;      // in any unique index or exclusion constraint
    bool foreign = false;     // in a foreign key of this table
    bool referenced = false;  // another table's key points at it
    bool partition = false;   // in the partition key
    bool group_check = false; // in a CHECK over several columns
    bool checked = false;     // in any CHECK, or its domain has one
    std::string check_name;   // of the first such CHECK

    /** An UPDATE with another row's value of this column breaks nothing. */
    bool changeable = false;
};

struct TableFacts {
    const Table* table = nullptr;
    int index = -1;
    std::string name;      // quoted "schema.table"
    bool selected = false; // by the filters, and readable
    bool empty = false;
    bool big = false;
    std::string no_writes;            // why the table is never written; "" when it may be
    std::string no_writes_constraint; // its name where it is one
    std::vector<const Column*> key;   // empty when rows have no key
    bool small_key = false;           // a single smallint
    double importance = 0;
    std::vector<ColumnUse> uses; // parallel to table->columns

    // Columns that serve a purpose; null or empty where there is none.
    std::vector<const Column*> changeable; // best first
    const Column* touched = nullptr;       // a time that changes with the row
    const Column* removed_at = nullptr;    // a time that is mostly NULL, or a flag
    const Column* status = nullptr;        // few values
    bool status_changeable = false;
    const Column* counter = nullptr;
    const Column* number = nullptr;   // to sum up
    const Column* label = nullptr;    // to print
    const Column* time = nullptr;     // to order by
    const Column* document = nullptr; // jsonb

    const ColumnUse& use(const Column& column) const;
    bool writable() const { return selected && no_writes.empty(); }
    bool updatable() const { return writable() && table->can_update && !key.empty() && !empty; }
};

class SchemaFacts {
  public:
    SchemaFacts(const SchemaModel& model, const GeneratorOptions& options);

    const SchemaModel& model() const { return model_; }
    const GeneratorOptions& options() const { return options_; }
    size_t size() const { return tables_.size(); }
    const TableFacts& at(size_t table) const { return tables_[table]; }
    const TableFacts& at(int table) const { return tables_[static_cast<size_t>(table)]; }
    const ForeignKey& key(int number) const {
        return model_.foreign_keys[static_cast<size_t>(number)];
    }

    /** Whether rows are found by these columns without reading a big table whole. */
    bool served(const TableFacts& facts, const std::vector<int16_t>& columns) const;
    /** A key between two selected tables with rows, by which children are found quickly. */
    bool joinable(const ForeignKey& key) const;
    /** The joinable key from the table to its children that is best to show; -1 for none. Children
        of one parent are at most most_children on average. */
    int best_child_key(const TableFacts& facts, double most_children) const;
    /** The joinable key to the parent that is best to show; -1 for none. */
    int best_parent_key(const TableFacts& facts) const;
    /** A valid index of that kind whose first column is this one, or null. */
    const Index* index_on(const TableFacts& facts, const Column& column, AccessMethod method) const;

  private:
    const SchemaModel& model_;
    const GeneratorOptions& options_;
    std::vector<TableFacts> tables_;
};

/** "a.b" as SQL reads it, in the form of Table::quoted(); "" when it is not such a name. */
std::string normal_table_name(std::string_view text);

} // namespace pg_stress::core

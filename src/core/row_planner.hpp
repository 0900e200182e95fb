// Plans one new row of one table: which columns are written, and from where. Zone: core.
//
// First foreign keys, then what must be unique, then the rest; a column that has been taken by an
// earlier stage is not touched by a later one. Internal to the insert planner.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/insert_plan.hpp"

namespace pg_stress::core {

/** Why no row can be made: ends the planning of one table. */
struct Impossible {
    std::string constraint, reason;
    int needs_parent = -1;
};

class RowPlanner {
  public:
    RowPlanner(const SchemaFacts& schema, const TableFacts& facts, int new_parent)
        : schema_(schema), facts_(facts), table_(*facts.table), new_parent_(new_parent),
          chosen_(table_.columns.size()), taken_(table_.columns.size()),
          left_out_(table_.columns.size()) {}

    InsertPlan run();

  private:
    size_t at(int16_t number) const {
        return static_cast<size_t>(table_.column(number) - table_.columns.data());
    }
    const Column& column(size_t i) const { return table_.columns[i]; }
    const ColumnUse& use(size_t i) const { return facts_.uses[i]; }
    bool maintained(size_t i) const { return column(i).generated || column(i).trigger_maintained; }
    bool key_is_foreign() const {
        return !facts_.key.empty() && facts_.use(*facts_.key[0]).foreign;
    }

    void take(size_t i, ValueRole role, Source source) {
        chosen_[i].column = &column(i);
        chosen_[i].role = role;
        chosen_[i].source = std::move(source);
        taken_[i] = true;
        left_out_[i] = false;
    }
    void leave_out(size_t i) { taken_[i] = left_out_[i] = true; }

    Source template_source(size_t i) const {
        Source source = column_source(facts_, column(i), 0, Skew::Uniform);
        source.nulls = !column(i).not_null;
        return source;
    }

    // Foreign keys (row_planner.cpp)
    int key_number(const ForeignKey& key) const {
        return static_cast<int>(&key - schema_.model().foreign_keys.data());
    }
    bool overlaps(const ForeignKey& key) const;
    bool all_taken(const ForeignKey& key, ValueRole role) const;
    /** Leaves the key NULL, where that is allowed, by one of its columns that nobody took. */
    bool left_null(const ForeignKey& key);
    bool nearly_always_null(const ForeignKey& key) const;
    void choose_foreign_key(const ForeignKey& key);
    void choose_foreign_keys();

    // Unique indexes and exclusion constraints (unique_values.cpp)
    bool fills_uniquely(size_t i, bool alone) const;
    /** How well a column can be given a value that no row has; 0: not at all. */
    int fresh_rank(size_t i, bool alone) const;
    /** A column that says which group a number counts in must be in the statement. */
    void name_group(size_t i);
    void take_fresh(size_t i, const Index& index);
    bool group_is_new(const std::vector<int16_t>& group) const;
    bool any_immediate_missing() const;
    /** Two parents, so many pairs of which are free that a random pair mostly is. */
    bool loose_junction(const std::vector<size_t>& columns) const;
    int parent_to_insert(const std::vector<size_t>& columns) const;
    void satisfy(const Index& index);
    /** An index over an expression is most likely over a text that differs in each row. */
    void satisfy_expression(const Index& index);
    void choose_unique_values();

    // All other columns (row_planner.cpp)
    bool is_time(const Column& c) const;
    void take_time(size_t i);
    void take_without_template(size_t i);
    void choose_the_rest();

    const SchemaFacts& schema_;
    const TableFacts& facts_;
    const Table& table_;
    int new_parent_;
    int picks_ = 0;
    InsertPlan plan_;
    std::vector<InsertColumn> chosen_;
    std::vector<bool> taken_, left_out_;
};

} // namespace pg_stress::core

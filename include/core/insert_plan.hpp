// How a new row of a table gets values that all its constraints accept. Zone: core.
//
// A row is made after a template: one sampled row gives the columns that no key governs, so that
// checks over several columns hold. Columns that fill themselves are left out. Keys get fresh
// values; foreign keys those of a parent's row, or of a parent inserted just before.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/statement.hpp"
#include "core/table_facts.hpp"

namespace pg_stress::core {

enum class ValueForm : uint8_t {
    Plain,      // the source's value
    Prefixed,   // a unique text before a template's value, so that a CHECK on the text still holds
    NextInGroup // one more than the greatest number among the rows of the same parent
};

/** Where a column's value comes from, as far as several rows of a statement differ by it. */
enum class ValueRole : uint8_t { Template, Parent, Fresh, NewParent };

struct InsertColumn {
    const Column* column = nullptr;
    ValueRole role = ValueRole::Template;
    ValueForm form = ValueForm::Plain;
    Source source;
    Source second;              // Prefixed: the template's value
    std::vector<int16_t> group; // NextInGroup: the columns that name the parent
};

struct InsertPlan {
    bool possible = false;
    LeftOut left_out;            // why not, when it is not possible
    int needs_parent = -1;       // the foreign key by which a new parent would make it possible
    int new_parent = -1;         // the foreign key whose parent the plan expects to be new
    bool do_nothing = false;     // ON CONFLICT DO NOTHING: two parents may be joined already
    bool spread_parents = false; // several rows must not share a parent
    bool repeatable = true;      // several rows in one statement
    bool small_key = false;      // a smallint key, which does not hold many rows
    std::vector<InsertColumn> columns;
};

class InsertPlanner {
  public:
    explicit InsertPlanner(const SchemaFacts& schema) : schema_(schema) {}

    /** The plan for one row; new_parent is a foreign key of the table, or -1. Kept. */
    const InsertPlan& plan(const TableFacts& facts, int new_parent = -1);
    /** The keys whose parents must be inserted first, outermost first, ending with the table's own
        need; nullopt when no such chain of at most three exists. Empty when none is needed. */
    std::optional<std::vector<int>> parents_needed(const TableFacts& facts);

  private:
    const SchemaFacts& schema_;
    std::map<std::pair<int, int>, InsertPlan> plans_;
};

/** "INSERT INTO t (...) VALUES (...), ..." with its ON CONFLICT clause. parent_step: the step that
    inserted the new parent, where the plan expects one. */
std::string insert_values(Statement& statement, const TableFacts& facts, const InsertPlan& plan,
                          int rows, int parent_step = -1);

} // namespace pg_stress::core

// What the classifier looks at in one table, gathered once. Zone: core.
#pragma once

#include <string>
#include <vector>

#include "core/schema_model.hpp"

namespace pg_stress::core {

struct TableTraits {
    TableTraits(const SchemaModel& model, const Table& table);

    size_t children = 0;       // keys of other tables that refer to it
    size_t foreign_keys = 0;   // to other tables
    double widest_fan_out = 0; // of the children
    std::vector<const Column*> times;
    size_t changing_times = 0; // time columns that are filled or changed after the row was made
    size_t texts = 0;          // text columns that are neither keys nor the status
    size_t natural_keys = 0;   // unique keys that people, not sequences or parents, give
    const Column* status = nullptr;
    std::string status_reason;
    const Index* queue_index = nullptr; // finds the rows of a status in an order
    const Column* time_order = nullptr; // storage follows that column
    std::string time_order_reason;

  private:
    void find_status(const Table& table, const std::vector<char>& is_key);
    void find_times(const Table& table);
    void find_indexes(const Table& table, const std::vector<char>& is_key);
};

/** "about 1200 rows", "no rows" or "rows unknown". */
std::string rows_text(const Table& table);

} // namespace pg_stress::core

// Parts of the graph of foreign keys that the classifier shares. Zone: core.
#pragma once

#include <vector>

#include "core/schema_model.hpp"

namespace pg_stress::core {

/** For each table the number of its cycle: tables that reach each other along keys have the same,
    all others one of their own. count: how many numbers there are. */
std::vector<int> key_cycles(const SchemaModel& model, int& count);

} // namespace pg_stress::core

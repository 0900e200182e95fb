// Makes operations for a schema that nobody wrote operations for. Zone: core.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/schema_model.hpp"
#include "core/workload.hpp"

namespace pg_stress::core {

struct GeneratorOptions {
    bool orm = true; // the ten ORM patterns
    bool sql = true; // the SQL operations
    bool read_only = false;
    std::map<std::string, double> mix; // family -> weight; replaces the default weight; 0: none
    std::vector<std::string> schemas;  // only these; empty: all
    std::vector<std::string> include_tables; // "schema.table" as SQL quotes it; empty: all
    std::vector<std::string> exclude_tables;
    size_t most_operations = 300;
    // By a table's oid, where it was looked up: estimates do not tell an empty table from one whose
    // rows are dead or not yet counted.
    std::map<uint32_t, bool> has_rows;
};

/** All operations that the schema allows, by weight so that every table is touched, and all that
    was left out with the constraint that forbids it. Deterministic for equal model and options.
    Without a mix, reads and writes weigh 70 to 30. */
Workload generate_workload(const SchemaModel& model, const GeneratorOptions& options);

/** Names among include_tables, exclude_tables and schemas that the model does not have. */
std::vector<std::string> unknown_names(const SchemaModel& model, const GeneratorOptions& options);

/** For an insert that failed its trial: the same operation with the values of time columns taken
    from existing rows instead of now, or nullopt when that changes nothing. */
std::optional<Operation> with_sampled_times(const Operation& operation);

/** Every family that generate_workload may use, with its default weight: for `mix` and for hints.
 */
const std::vector<std::pair<std::string, double>>& operation_families();

/** pgbench -S: one account by its number. */
Workload select_only_workload(int64_t accounts, const std::string& schema = "public");
/** pgbench's transaction "TPC-B (sort of)", for a scale. */
Workload tpcb_workload(int64_t scale, const std::string& schema = "public");

} // namespace pg_stress::core

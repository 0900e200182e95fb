// Makes operations for a schema that nobody wrote operations for. Zone: core.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/schema_model.hpp"
#include "core/workload.hpp"

namespace pg_stress::core {

/** Which rows exist: what the generator must not guess. Filled by the backend; tables not listed
    count as the model's estimate says. */
struct GeneratorOptions {
    bool orm = true; // the ten ORM patterns
    bool sql = true; // the SQL operations
    bool read_only = false;
    std::map<std::string, double> mix; // family -> weight; replaces the family's default weight
    std::vector<std::string> schemas;  // only these; empty: all
    std::vector<std::string> include_tables; // "schema.table" as SQL quotes it; empty: all
    std::vector<std::string> exclude_tables;
    size_t most_operations = 300;
    bool trigram_available = false; // pg_trgm's operators can be used
};

/** All operations that the schema allows, by weight so that every table is touched, and all that
    was left out with the constraint that forbids it. Deterministic for equal model and options. */
Workload generate_workload(const SchemaModel& model, const GeneratorOptions& options);

/** For an insert that failed its trial: the same operation with the values of time columns taken
    from existing rows instead of now, or nullopt when that changes nothing. */
std::optional<Operation> with_sampled_times(const Operation& operation);

/** Every family that generate_workload may use, with its default weight: for `mix` and for hints.
 */
const std::vector<std::pair<std::string, double>>& operation_families();

} // namespace pg_stress::core

// From the name of a workload to its operations. Zone: backend.
// Needs an open transaction with SPI connected; every call may throw PgError.
#pragma once

#include <string>

#include "core/generator.hpp"
#include "core/workload.hpp"

namespace pg_stress::backend {

/** Understands auto, orm, sql, select_only, tpcb, a user's own name, run:ID, and several of them
    joined by "+", which then share the load equally and have their names before those of their
    operations. The options' filters apply to what is made from the schema; mix and read_only to
    all. Raises undefined_object with the valid names, undefined_table where pgbench's tables are
    missing, invalid_parameter_value for unknown families, tables and schemas in the options. */
core::Workload resolve_workload(const std::string& expression,
                                const core::GeneratorOptions& options);

/** Raises reserved_name or invalid_name unless a user may give a workload this name. */
void check_workload_name(const std::string& name);

/** Raises a definition's error as invalid_parameter_value. */
[[noreturn]] void raise_definition_error(const core::DefinitionError& error);

} // namespace pg_stress::backend

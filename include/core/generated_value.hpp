// Values by type alone, for tables that hold no row to copy from. Zone: core.
#pragma once

#include <cstdint>
#include <optional>

#include "core/schema_model.hpp"
#include "core/workload.hpp"

namespace pg_stress::core {

/** A source of some valid value of the column's type, or nullopt where none is known. */
std::optional<Source> generated_value(const Column& column);

/** The greatest number that a key of the column's type holds; 0 when it does not matter. */
int64_t greatest_of(const Column& column);

} // namespace pg_stress::core

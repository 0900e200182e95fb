// Which database a call is about. Zone: backend.
#pragma once

#include <optional>
#include <string>

namespace pg_stress::backend {

/** NULL is the database that the call is made in. Raises undefined_object for any other. */
void check_target(const std::optional<std::string>& target);

} // namespace pg_stress::backend

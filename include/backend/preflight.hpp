// What speaks against a run here and now. Zone: backend.
#pragma once

#include <string>
#include <vector>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

enum class PreflightStatus : uint8_t { Ok, Warning, Blocked };

struct PreflightRow {
    std::string check;
    PreflightStatus status;
    std::string detail;
};

/** In an open transaction. Sessions of `caller_pid` do not count as others at work. */
std::vector<PreflightRow> preflight(pid_t caller_pid);

/** Raises object_not_in_prerequisite_state, naming what blocks. */
void refuse_if_blocked(pid_t caller_pid);

} // namespace pg_stress::backend

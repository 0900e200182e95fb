// Finding runs and judging who may change them. Zone: backend; needs SqlSession.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "backend/run_memory.hpp"

namespace pg_stress::backend {

/** The entry of that run of this database while it is alive. Run numbers are counted by each
    database on its own. */
std::optional<DirectoryEntry> alive_here(int64_t run_id);

/** "run 3 is unknown", with the latest runs in the hint. */
[[noreturn]] void raise_unknown_run(int64_t run_id);

/** Raises when there is no such run, or when it is one of a role that the caller is not a member
    of and whose results it may therefore not change. */
void require_own_run(int64_t run_id);

} // namespace pg_stress::backend

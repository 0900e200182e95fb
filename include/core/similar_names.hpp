// Names that somebody may have meant. Zone: core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pg_stress::core {

/** Indexes of at most `count` candidates that differ from the name in few letters (case apart),
    nearest first. */
std::vector<size_t> most_similar(std::string_view name, const std::vector<std::string>& candidates,
                                 size_t count);

} // namespace pg_stress::core

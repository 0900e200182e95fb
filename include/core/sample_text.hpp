// Words, names and prose for sample rows. Zone: core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/random.hpp"

namespace pg_stress::core::sample_text {

/** A member of a constant array, chosen at random. */
template <size_t N> std::string_view pick(Random& random, const std::string_view (&from)[N]) {
    return from[random.below(N)];
}

std::string_view given_name(Random& random);
std::string_view family_name(Random& random);
std::string_view town(Random& random);
std::string_view street(Random& random);
std::string_view material(Random& random);
std::string_view adjective(Random& random);
std::string_view thing(Random& random);

/** Appends `words` words of prose, with capitals and full stops. */
void append_prose(std::string& text, Random& random, int64_t words);

/** Lower case, all but letters and digits as hyphens. */
std::string slug(std::string_view text);

} // namespace pg_stress::core::sample_text

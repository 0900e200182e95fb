// Which samples of a long run are put together, and when. Zone: core.
//
// Borders are fixed (multiples of the width from the start of the measured part), so that any two
// runs roll up to the same intervals. Counts and histograms merge exactly.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace pg_stress::core {

struct RollUp {
    int from, to; // seconds, half open; multiples of width
    int width;
    bool operator==(const RollUp&) const = default;
};

class RollUpSchedule {
  public:
    struct Level {
        int older_than; // seconds
        int width;
    };
    /** Each level's width divides the next one's. */
    static constexpr std::array<Level, 3> kLevels = {{{600, 10}, {7200, 60}, {43200, 300}}};

    /** What is to be merged once all samples before `second` are written. Nothing is returned
        twice; when calls were late, more at a time. */
    std::vector<RollUp> due(int second);

  private:
    std::array<int, kLevels.size()> done_{};
};

} // namespace pg_stress::core

#include "core/rollup.hpp"

namespace pg_stress::core {

std::vector<RollUp> RollUpSchedule::due(int second) {
    std::vector<RollUp> out;
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        const int old = second - kLevels[i].older_than;
        if (old < kLevels[i].width) {
            break;
        }
        const int border = old / kLevels[i].width * kLevels[i].width;
        if (border > done_[i]) {
            out.push_back({done_[i], border, kLevels[i].width});
            done_[i] = border;
        }
    }
    return out;
}

} // namespace pg_stress::core

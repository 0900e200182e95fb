#include "core/bursts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/random.hpp"

namespace pg_stress::core {

namespace {

constexpr size_t kLeastBursts = 6;

int scaled_sessions(int wanted, int most_wanted, int available) {
    if (most_wanted <= available) {
        return std::max(1, wanted);
    }
    const double share = static_cast<double>(wanted) * available / most_wanted;
    return std::clamp(static_cast<int>(std::lround(share)), 1, available);
}

size_t draw_level(const std::vector<BurstLevel>& levels, Random& random) {
    double sum = 0;
    for (const auto& level : levels) {
        sum += level.weight;
    }
    double at = random.unit() * sum;
    for (size_t i = 0; i + 1 < levels.size(); ++i) {
        at -= levels[i].weight;
        if (at < 0) {
            return i;
        }
    }
    return levels.size() - 1;
}

// Each level once, then by weight, then in an order that the seed draws.
std::vector<size_t> draw_order(const std::vector<BurstLevel>& levels, double natural_s,
                               double seconds, Random& random) {
    const auto fitting = static_cast<size_t>(std::max(0.0, seconds / natural_s));
    const size_t count = std::max({kLeastBursts, levels.size(), std::min<size_t>(fitting, 1000)});
    std::vector<size_t> order;
    for (size_t i = 0; i < count; ++i) {
        order.push_back(i < levels.size() ? i : draw_level(levels, random));
    }
    for (size_t i = order.size() - 1; i > 0; --i) {
        std::swap(order[i], order[random.below(i + 1)]);
    }
    return order;
}

} // namespace

std::vector<Burst> burst_cycle(const std::vector<BurstLevel>& levels, double pause_low,
                               double pause_high, double seconds, int available, uint64_t seed) {
    std::vector<Burst> cycle;
    if (levels.empty() || seconds <= 0) {
        return cycle;
    }
    int most = 1;
    double natural = 0;
    double weights = 0;
    for (const auto& level : levels) {
        most = std::max(most, level.sessions);
        natural += level.seconds * level.weight;
        weights += level.weight;
    }
    natural = natural / weights + (pause_low + pause_high) / 2;

    Random random(seed, Stream::Arrival, 0);
    double total = 0;
    for (size_t index : draw_order(levels, natural, seconds, random)) {
        const auto& level = levels[index];
        cycle.push_back({level.seconds, scaled_sessions(level.sessions, most, available)});
        total += level.seconds;
        const double pause = pause_low + random.unit() * (pause_high - pause_low);
        if (pause > 0) {
            cycle.push_back({pause, 1});
            total += pause;
        }
    }
    for (auto& burst : cycle) {
        burst.seconds *= seconds / total;
    }
    return cycle;
}

int sessions_at(const std::vector<Burst>& cycle, double seconds) {
    double length = 0;
    for (const auto& burst : cycle) {
        length += burst.seconds;
    }
    double at = std::fmod(std::max(0.0, seconds), length);
    for (const auto& burst : cycle) {
        at -= burst.seconds;
        if (at < 0) {
            return burst.sessions;
        }
    }
    return cycle.back().sessions;
}

} // namespace pg_stress::core

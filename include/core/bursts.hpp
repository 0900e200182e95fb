// The order and length of a preset's bursts. Zone: core.
#pragma once

#include <cstdint>
#include <vector>

namespace pg_stress::core {

struct BurstLevel {
    int sessions;
    double seconds;
    double weight;
};

/** A stretch of time with so many sessions at work. */
struct Burst {
    double seconds;
    int sessions;
};

/** The bursts of a run of `seconds`: at least six, drawn by weight for the seed (each level at
    least once when there are six or more), each followed by a pause with one session, all scaled
    so that they fill the time exactly. Sessions are scaled from the highest level's to
    `available` when fewer are available; at least one. */
std::vector<Burst> burst_cycle(const std::vector<BurstLevel>& levels, double pause_low,
                               double pause_high, double seconds, int available, uint64_t seed);

/** Sessions at work at that time since the cycle began; the cycle repeats. */
int sessions_at(const std::vector<Burst>& cycle, double seconds);

} // namespace pg_stress::core

#include "core/bursts.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace pg_stress::core;

namespace {
const std::vector<BurstLevel> kMedium = {{5, 10, 50}, {20, 30, 35}, {50, 60, 15}};

double length(const std::vector<Burst>& cycle) {
    double sum = 0;
    for (const auto& burst : cycle) {
        sum += burst.seconds;
    }
    return sum;
}
} // namespace

TEST(Bursts, FillTheTimeExactlyWithAtLeastSix) {
    for (double seconds : {6.0, 60.0, 300.0, 86400.0}) {
        const auto cycle = burst_cycle(kMedium, 20, 90, seconds, 50, 1);
        EXPECT_NEAR(length(cycle), seconds, seconds * 1e-9);
        EXPECT_GE(cycle.size(), 12U); // a pause after each
    }
}

TEST(Bursts, EveryLevelIsThereAndTheSeedDrawsTheOrder) {
    std::set<int> sessions;
    for (const auto& burst : burst_cycle(kMedium, 0, 0, 60, 50, 7)) {
        sessions.insert(burst.sessions);
    }
    EXPECT_EQ(sessions, (std::set<int>{5, 20, 50}));
    const auto order = [](uint64_t seed) {
        std::string out;
        for (const auto& burst : burst_cycle(kMedium, 0, 0, 600, 50, seed)) {
            out += std::to_string(burst.sessions) + ' ';
        }
        return out;
    };
    EXPECT_EQ(order(3), order(3));
    EXPECT_NE(order(3), order(4));
}

TEST(Bursts, FewerWorkersThanSessionsAreSharedOut) {
    for (const auto& burst : burst_cycle(kMedium, 20, 90, 60, 3, 1)) {
        EXPECT_GE(burst.sessions, 1);
        EXPECT_LE(burst.sessions, 3);
    }
}

TEST(Bursts, SessionsFollowTheCycleAndRepeat) {
    const std::vector<Burst> cycle = {{2, 4}, {1, 1}};
    EXPECT_EQ(sessions_at(cycle, 0), 4);
    EXPECT_EQ(sessions_at(cycle, 1.9), 4);
    EXPECT_EQ(sessions_at(cycle, 2.5), 1);
    EXPECT_EQ(sessions_at(cycle, 3.1), 4);
}

TEST(Bursts, NoLevelsNoCycle) { EXPECT_TRUE(burst_cycle({}, 0, 0, 60, 3, 1).empty()); }

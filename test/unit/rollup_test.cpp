#include "core/rollup.hpp"

#include <gtest/gtest.h>
#include <map>

using namespace pg_stress::core;

TEST(RollUp, NothingInTheFirstTenMinutes) {
    RollUpSchedule schedule;
    for (int second = 1; second < 610; ++second) {
        ASSERT_TRUE(schedule.due(second).empty()) << second;
    }
    EXPECT_EQ(schedule.due(610), (std::vector<RollUp>{{0, 10, 10}}));
    EXPECT_TRUE(schedule.due(611).empty());
    EXPECT_EQ(schedule.due(620), (std::vector<RollUp>{{10, 20, 10}}));
}

TEST(RollUp, ALateCallMakesUpForAllOfIt) {
    RollUpSchedule schedule;
    EXPECT_EQ(schedule.due(7265), (std::vector<RollUp>{{0, 6660, 10}, {0, 60, 60}}));
    EXPECT_TRUE(schedule.due(7266).empty());
}

// Three days, second by second: every second ends in exactly one interval of the right width.
TEST(RollUp, ThreeDaysStaySmall) {
    RollUpSchedule schedule;
    std::map<int, int> width; // by begin
    const int end = 3 * 86400;
    for (int second = 1; second <= end; ++second) {
        width[second - 1] = 1;
        for (const RollUp& due : schedule.due(second)) {
            std::map<int, int> merged;
            auto from = width.lower_bound(due.from);
            auto to = width.lower_bound(due.to);
            for (auto it = from; it != to; ++it) {
                merged[it->first / due.width * due.width] += it->second;
            }
            width.erase(from, to);
            for (const auto& [begin, sum] : merged) {
                ASSERT_EQ(sum, due.width) << "at " << begin;
                width[begin] = sum;
            }
        }
    }
    int covered = 0;
    for (const auto& [begin, w] : width) {
        ASSERT_EQ(begin, covered);
        covered += w;
    }
    EXPECT_EQ(covered, end);
    EXPECT_LT(width.size(), 2700U);
}

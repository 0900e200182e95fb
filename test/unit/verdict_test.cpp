#include "core/verdict.hpp"

#include <algorithm>
#include <gtest/gtest.h>

using namespace pg_stress::core;

namespace {

VerdictInput good() {
    VerdictInput in;
    in.load = LoadKind::Closed;
    in.measured_s = 60;
    in.operations = 60000;
    in.response_p50_ms = 1;
    in.idle_share = 0.5;
    in.steal_share = 0;
    in.other_share = 0.01;
    for (int i = 0; i < 60; ++i) {
        in.per_second.push_back(1000 + i % 7);
    }
    return in;
}

} // namespace

TEST(Verdict, AGoodRunIsValidWithoutReasons) {
    const Verdict verdict = judge(good());
    EXPECT_EQ(verdict.word, "valid");
    EXPECT_TRUE(verdict.reasons.empty());
}

TEST(Verdict, TooShortByTimeUnlessCounted) {
    auto in = good();
    in.measured_s = 29;
    EXPECT_EQ(judge(in).word, "too short");
    in.by_count = true;
    EXPECT_EQ(judge(in).word, "valid");
    in.operations = 999;
    EXPECT_EQ(judge(in).word, "too short");
}

TEST(Verdict, OpenLoopThatFallsBehindIsGeneratorBound) {
    auto in = good();
    in.load = LoadKind::Open;
    in.due = 60000;
    EXPECT_EQ(judge(in).word, "valid");
    in.due = 60700;
    EXPECT_EQ(judge(in).word, "generator-bound");
}

TEST(Verdict, LateStartsCountOnlyWhenWorkersAreNeverIdle) {
    auto in = good();
    in.load = LoadKind::Open;
    in.due = 60000;
    in.lag_p99_ms = 1800; // a stall of the server
    EXPECT_EQ(judge(in).word, "valid");
    in.idle_share = 0.001;
    EXPECT_EQ(judge(in).word, "generator-bound");
}

TEST(Verdict, NoisyHostsAreNamed) {
    auto in = good();
    in.steal_share = 0.06;
    EXPECT_EQ(judge(in).word, "host-noisy");
    in.steal_share = -1;
    in.other_share = 0.2;
    EXPECT_EQ(judge(in).word, "host-noisy");
    in.other_share = -1; // unknown is not noisy
    EXPECT_EQ(judge(in).word, "valid");
}

TEST(Verdict, ATrendIsNotSteadyUnlessTheLoadChangesOnPurpose) {
    auto in = good();
    for (size_t i = 30; i < 60; ++i) {
        in.per_second[i] = 700 + static_cast<double>(i % 7);
    }
    EXPECT_EQ(judge(in).word, "not steady");
    in.bursts = true;
    EXPECT_EQ(judge(in).word, "valid");
}

TEST(Verdict, TheFirstWordHoldsAndAllReasonsAreGiven) {
    auto in = good();
    in.measured_s = 10;
    in.steal_share = 0.5;
    const Verdict verdict = judge(in);
    EXPECT_EQ(verdict.word, "too short");
    EXPECT_EQ(verdict.reasons.size(), 2U);
}

TEST(Verdict, AClosedLoopWarnsOfStallsThatItCannotSee) {
    auto in = good();
    in.worst_service_ratio = 4000;
    in.service_p99_ms = 0.3;
    in.corrected_p99_ms = 1800;
    Verdict verdict = judge(in);
    EXPECT_EQ(verdict.word, "valid");
    ASSERT_EQ(verdict.reasons.size(), 1U);
    EXPECT_NE(verdict.reasons[0].find("Coordinated omission is likely"), std::string::npos);
    EXPECT_NE(verdict.reasons[0].find("1800.000"), std::string::npos);
    in.corrected_p99_ms = 0.31; // a hiccup that moves nothing
    EXPECT_TRUE(judge(in).reasons.empty());
    in.corrected_p99_ms = 1800;
    in.load = LoadKind::Open; // sees it by itself
    in.due = in.operations;
    EXPECT_TRUE(judge(in).reasons.empty());
}

TEST(Trend, NoiseIsNone) {
    std::vector<double> values;
    for (int i = 0; i < 60; ++i) {
        values.push_back(i % 2 == 0 ? 800 : 1200);
    }
    EXPECT_EQ(trend(values), 0);
    EXPECT_EQ(trend({1, 2, 3}), 0);
    EXPECT_EQ(trend(std::vector<double>(60, 0)), 0);
}

TEST(Trend, AShiftHasItsSign) {
    std::vector<double> values(60, 1000);
    std::fill(values.begin() + 30, values.end(), 1500);
    EXPECT_GT(trend(values), 0.3);
    std::reverse(values.begin(), values.end());
    EXPECT_LT(trend(values), -0.3);
}

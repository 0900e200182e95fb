#include "core/pace.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

using namespace pg_stress::core;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStart = 123'456'789'012'345;

std::unique_ptr<Pace> open(Arrival arrival, double rate, uint64_t limit = 0, uint64_t seed = 7) {
    auto pace = std::make_unique<Pace>();
    pace->start(LoadKind::Open, arrival, rate, limit, seed, kStart);
    return pace;
}

/** Claims until `end`, by the clock of the arrivals themselves; each claimer waits when told to. */
std::vector<int64_t> arrivals(Pace& pace, int64_t end) {
    std::vector<int64_t> due;
    for (int64_t now = kStart; now <= end;) {
        const Claim claim = pace.claim(now);
        if (claim.outcome == Claim::Outcome::End) {
            break;
        }
        if (claim.outcome == Claim::Outcome::Wait) {
            EXPECT_GT(claim.due_ns, now);
            now = claim.due_ns;
            continue;
        }
        EXPECT_EQ(claim.number, due.size());
        due.push_back(claim.due_ns);
    }
    return due;
}

} // namespace

TEST(Pace, ConstantArrivalsAreExactAndDoNotDrift) {
    auto pace = open(Arrival::Constant, 3000); // a gap of 333,333.33 ns
    const auto due = arrivals(*pace, kStart + 3600 * kSecond);
    ASSERT_GE(due.size(), 3000u * 3600u);
    for (size_t n = 0; n < due.size(); n += 2999) {
        const auto exact = static_cast<int64_t>((static_cast<__int128>(n) + 1) * kSecond / 3000);
        ASSERT_NEAR(static_cast<double>(due[n] - kStart), static_cast<double>(exact), 2.0) << n;
    }
}

TEST(Pace, AnArrivalIsClaimedAtMostTwoMillisecondsAhead) {
    auto pace = open(Arrival::Constant, 100); // the first one is due after 10 ms
    const Claim early = pace->claim(kStart);
    EXPECT_EQ(early.outcome, Claim::Outcome::Wait);
    EXPECT_EQ(early.due_ns, kStart + 10'000'000 - Pace::kClaimAhead);
    const Claim first = pace->claim(early.due_ns);
    EXPECT_EQ(first.outcome, Claim::Outcome::Start);
    EXPECT_EQ(first.due_ns, kStart + 10'000'000);
    EXPECT_EQ(pace->claim(early.due_ns).outcome, Claim::Outcome::Wait);
}

TEST(Pace, NothingIsSkippedAfterAStall) {
    auto pace = open(Arrival::Constant, 1000);
    const int64_t late = kStart + 2 * kSecond;
    EXPECT_EQ(pace->scheduled(late), 2000u);
    for (uint64_t n = 0; n < 2000; ++n) {
        const Claim claim = pace->claim(late);
        ASSERT_EQ(claim.outcome, Claim::Outcome::Start);
        ASSERT_EQ(claim.number, n);
        ASSERT_EQ(claim.due_ns, kStart + static_cast<int64_t>(n + 1) * 1'000'000);
    }
}

TEST(Pace, PoissonHasItsMeanAndItsSpread) {
    auto pace = open(Arrival::Poisson, 1000);
    const auto due = arrivals(*pace, kStart + 200 * kSecond);
    EXPECT_NEAR(static_cast<double>(due.size()), 200'000, 5 * std::sqrt(200'000.0));
    double sum = 0, squares = 0;
    for (size_t n = 1; n < due.size(); ++n) {
        const double gap = static_cast<double>(due[n] - due[n - 1]);
        sum += gap;
        squares += gap * gap;
    }
    const double count = static_cast<double>(due.size() - 1);
    const double mean = sum / count;
    EXPECT_NEAR(std::sqrt(squares / count - mean * mean) / mean, 1.0, 0.02); // exponential
}

TEST(Pace, TheScheduleDoesNotDependOnWhoClaimsWhen) {
    auto one = open(Arrival::Poisson, 5000);
    auto many = open(Arrival::Poisson, 5000);
    const auto expected = arrivals(*one, kStart + 2 * kSecond);
    // Three claimers with clocks of their own, one of them often late.
    int64_t clock[3] = {kStart, kStart, kStart};
    std::vector<int64_t> due;
    for (size_t turn = 0; due.size() < expected.size(); ++turn) {
        int64_t& now = clock[turn % 3];
        const Claim claim = many->claim(now);
        if (claim.outcome == Claim::Outcome::Start) {
            ASSERT_EQ(claim.number, due.size());
            due.push_back(claim.due_ns);
        }
        now += turn % 3 == 2 ? 900'000 : 150'000;
    }
    EXPECT_EQ(due, expected);
}

TEST(Pace, AnotherSeedIsAnotherSchedule) {
    auto a = open(Arrival::Poisson, 1000, 10, 1);
    auto b = open(Arrival::Poisson, 1000, 10, 2);
    EXPECT_NE(arrivals(*a, kStart + kSecond), arrivals(*b, kStart + kSecond));
}

TEST(Pace, ANewRateMovesNoArrivalThatHasCome) {
    auto pace = open(Arrival::Constant, 1000);
    const int64_t change = kStart + kSecond + 500'000; // half way to the next arrival
    pace->set_rate(100, change);
    EXPECT_DOUBLE_EQ(pace->rate(), 100);
    EXPECT_EQ(pace->scheduled(change), 1000u);
    EXPECT_EQ(pace->scheduled(change + kSecond), 1100u);
    const auto due = arrivals(*pace, kStart + 3 * kSecond);
    EXPECT_EQ(due[999], kStart + kSecond);
    EXPECT_EQ(due[1000], change + 5'000'000); // half of the new gap is left
    EXPECT_EQ(due[1001], change + 15'000'000);
}

TEST(Pace, RampLosesAndDoublesNothing) {
    for (Arrival arrival : {Arrival::Constant, Arrival::Poisson}) {
        auto pace = open(arrival, 100);
        // 100 changes while nobody claims: more than are kept apart.
        for (int i = 1; i <= 100; ++i) {
            pace->set_rate(100 + 10 * i, kStart + i * kSecond / 10);
        }
        const int64_t end = kStart + 10 * kSecond;
        const uint64_t scheduled = pace->scheduled(end);
        const double expected = 10 * 100 + 0.1 * 10 * (99 * 100 / 2);
        EXPECT_NEAR(static_cast<double>(scheduled), expected,
                    arrival == Arrival::Constant ? 1.0 : 5 * std::sqrt(expected));
        int64_t last = kStart;
        uint64_t claimed = 0;
        for (;; ++claimed) {
            const Claim claim = pace->claim(end);
            if (claim.outcome != Claim::Outcome::Start || claim.due_ns > end) {
                break;
            }
            ASSERT_EQ(claim.number, claimed);
            ASSERT_GE(claim.due_ns, last);
            last = claim.due_ns;
        }
        EXPECT_EQ(claimed, scheduled);
    }
}

TEST(Pace, RateZeroPauses) {
    auto pace = open(Arrival::Constant, 1000);
    pace->set_rate(0, kStart + 1'500'000);
    EXPECT_EQ(pace->claim(kStart + 5 * kSecond).outcome, Claim::Outcome::Start);
    const Claim pause = pace->claim(kStart + 5 * kSecond);
    EXPECT_EQ(pause.outcome, Claim::Outcome::Wait);
    EXPECT_GT(pause.due_ns, kStart + 5 * kSecond);
    EXPECT_EQ(pace->scheduled(kStart + 9 * kSecond), 1u);
    pace->set_rate(1000, kStart + 10 * kSecond);
    EXPECT_EQ(pace->claim(kStart + 11 * kSecond).due_ns, kStart + 10 * kSecond + 500'000);
}

TEST(Pace, EveryKindEndsAtItsLimit) {
    for (LoadKind kind : {LoadKind::Closed, LoadKind::Paced, LoadKind::Open}) {
        Pace pace;
        pace.start(kind, Arrival::Constant, 1e6, 3, 1, kStart);
        for (uint64_t n = 0; n < 3; ++n) {
            const Claim claim = pace.claim(kStart + kSecond);
            EXPECT_EQ(claim.outcome, Claim::Outcome::Start);
            EXPECT_EQ(claim.number, n);
        }
        EXPECT_EQ(pace.claim(kStart + kSecond).outcome, Claim::Outcome::End);
        EXPECT_EQ(pace.claim(kStart + kSecond).outcome, Claim::Outcome::End);
        EXPECT_EQ(pace.claimed(), 3u);
        EXPECT_EQ(pace.scheduled(kStart + 9 * kSecond), 3u);
    }
}

TEST(Pace, ClosedLoadStartsAtOnce) {
    Pace pace;
    pace.start(LoadKind::Closed, Arrival::Constant, 0, 0, 1, kStart);
    EXPECT_EQ(pace.claim(kStart + 17).due_ns, kStart + 17);
    EXPECT_EQ(pace.scheduled(kStart + kSecond), 1u);
}

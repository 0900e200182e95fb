#include "core/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace pg_stress::core {

namespace {

constexpr double kShortestRun = 30; // seconds
constexpr uint64_t kFewestOperations = 1000;
constexpr double kIdle = 0.01; // workers idle for less than this share never are
constexpr double kAchieved = 0.99;
constexpr double kSteal = 0.05;
constexpr double kOthers = 0.10;
constexpr double kTrend = 0.10;

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) {
        return *middle;
    }
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

std::string number(double value, int digits) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
    return buffer;
}

std::string percent(double share) { return number(100 * share, share < 0.1 ? 1 : 0) + " %"; }

} // namespace

double trend(const std::vector<double>& per_second) {
    const size_t half = per_second.size() / 2;
    if (half < 10) {
        return 0;
    }
    const auto split = per_second.begin() + static_cast<std::ptrdiff_t>(half);
    const std::vector<double> first(per_second.begin(), split);
    const std::vector<double> second(per_second.end() - static_cast<std::ptrdiff_t>(half),
                                     per_second.end());
    const double a = median(first);
    const double b = median(second);
    const double whole = median(per_second);
    if (whole <= 0) {
        return 0;
    }
    const auto variance = [&](const std::vector<double>& values, double center) {
        std::vector<double> distance;
        for (double v : values) {
            distance.push_back(std::fabs(v - center));
        }
        // 1.4826 makes the deviation a normal's sigma, 1.2533 / sqrt(n) the median's error.
        const double error =
            1.2533 * 1.4826 * median(distance) / std::sqrt(static_cast<double>(values.size()));
        return error * error;
    };
    const double error = std::sqrt(variance(first, a) + variance(second, b));
    return std::fabs(b - a) > 3 * error ? (b - a) / whole : 0;
}

Verdict judge(const VerdictInput& in) {
    Verdict verdict{"valid", {}};
    // The first word that applies is the verdict; every reason is given.
    const auto add = [&](const char* word, std::string reason) {
        if (verdict.word == "valid") {
            verdict.word = word;
        }
        verdict.reasons.push_back(std::move(reason));
    };
    if (!in.by_count && in.measured_s < kShortestRun) {
        add("too short", "Only " + number(in.measured_s, 1) + " s were measured; " +
                             number(kShortestRun, 0) + " s are the least.");
    }
    if (in.operations < kFewestOperations) {
        add("too short", "Only " + std::to_string(in.operations) + " operations were measured; " +
                             std::to_string(kFewestOperations) + " are the least.");
    }
    if (in.load == LoadKind::Open) {
        const double achieved =
            in.due == 0 ? 1 : static_cast<double>(in.operations) / static_cast<double>(in.due);
        if (achieved < kAchieved) {
            add("generator-bound",
                "Of " + std::to_string(in.due) + " operations that were due, " +
                    std::to_string(in.operations) + " (" + percent(achieved) +
                    ") ended in the measured time: the workers could not keep up with the rate.");
        }
        if (in.idle_share < kIdle && in.lag_p99_ms > in.response_p50_ms) {
            add("generator-bound",
                "Operations started up to " + number(in.lag_p99_ms, 1) +
                    " ms late (p99) and no worker was ever idle: there were too few workers for "
                    "this rate.");
        }
    }
    if (in.steal_share > kSteal) {
        add("host-noisy",
            "The hypervisor took " + percent(in.steal_share) + " of the processor time away.");
    }
    if (in.other_share > kOthers) {
        add("host-noisy", "Processes other than the server's used " + percent(in.other_share) +
                              " of the host's processor time.");
    }
    if (!in.bursts && in.load != LoadKind::Open) {
        const double shift = trend(in.per_second);
        if (std::fabs(shift) > kTrend) {
            add("not steady", "Throughput " + std::string(shift > 0 ? "rose" : "fell") + " by " +
                                  percent(std::fabs(shift)) +
                                  " from the first half to the second.");
        }
    }
    if (in.load == LoadKind::Closed && in.worst_service_ratio > kStallRatio &&
        in.corrected_p99_ms > 2 * in.service_p99_ms) {
        verdict.reasons.push_back(
            "Coordinated omission is likely: while the server stalled, this closed loop started "
            "nothing, so it cannot see the arrivals that would have waited. Its p99 is " +
            number(in.service_p99_ms, 3) + " ms; with the waiting arrivals it would be about " +
            number(in.corrected_p99_ms, 3) + " ms. An open loop (option rate) measures it.");
    }
    if (in.load == LoadKind::Paced && in.missed * 100 > in.operations + in.missed) {
        verdict.reasons.push_back(
            std::to_string(in.missed) +
            " starts were skipped because their sessions were more than a second behind.");
    }
    return verdict;
}

} // namespace pg_stress::core

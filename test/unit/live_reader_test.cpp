#include "core/live_reader.hpp"

#include <gtest/gtest.h>
#include <memory>

using namespace pg_stress::core;

namespace {

std::unique_ptr<LiveHistogram> live_histogram() { return std::make_unique<LiveHistogram>(); }

} // namespace

TEST(LiveReader, YieldsOnlyWhatIsNew) {
    const auto live = live_histogram();
    LiveHistogramReader reader;
    Histogram into, also;
    live->record(1'000'000);
    live->record(2'000'000);
    EXPECT_EQ(reader.read(*live, into, &also), 2U);
    EXPECT_EQ(reader.read(*live, into, &also), 0U);
    live->record(1'000'000);
    EXPECT_EQ(reader.read(*live, into), 1U);
    EXPECT_EQ(into.total(), 3U);
    EXPECT_EQ(also.total(), 2U);
    EXPECT_EQ(into.bucket(HistogramShape::bucket_of(1'000'000)), 2U);
}

TEST(LiveReader, CountsThatWrapAreAddedUp) {
    const auto live = live_histogram();
    LiveHistogramReader reader;
    Histogram into;
    auto& count = live->count[HistogramShape::bucket_of(500)];
    count = 0xFFFFFFF0U;
    reader.read(*live, into);
    count = 0x10U; // 32 more, past the end of 32 bits
    EXPECT_EQ(reader.read(*live, into), 32U);
    EXPECT_EQ(into.total(), 0x100000010ULL);
}

TEST(Largest, IsTheHighestBucket) {
    Histogram h;
    EXPECT_EQ(largest(h), 0U);
    h.record(100);
    h.record(5'000'000'000);
    EXPECT_NEAR(static_cast<double>(largest(h)), 5e9, 5e9 * 0.01);
}

TEST(Omission, AStallShowsTheArrivalsThatWouldHaveWaited) {
    // 20 s at one operation every 10 ms, one of them took 2 s: 198 more would have waited.
    Histogram service;
    service.record(10'000'000, 1800);
    service.record(2'000'000'000);
    const Histogram corrected = corrected_for_omission(service, 10'000'000);
    EXPECT_NEAR(static_cast<double>(corrected.total() - service.total()), 199, 3);
    EXPECT_LT(service.quantile(0.99), 11'000'000U);
    // Of 2,000 starts the 20 that waited longest are within 1.8 to 2 s.
    EXPECT_NEAR(static_cast<double>(corrected.quantile(0.99)), 1.8e9, 0.03e9);
}

TEST(Omission, AgreesWithTheOneByOneCorrection) {
    Histogram service;
    service.record(3'000, 50);
    service.record(777'777, 3);
    service.record(12'345'678, 2);
    const uint64_t interval = 3'000;
    Histogram expected = service;
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        const uint64_t value = HistogramShape::middle_of(i);
        for (uint64_t v = value - interval;
             service.bucket(i) != 0 && value >= 2 * interval && v >= interval; v -= interval) {
            expected.add_bucket(HistogramShape::bucket_of(v), service.bucket(i));
        }
    }
    const Histogram corrected = corrected_for_omission(service, interval);
    EXPECT_EQ(corrected.total(), expected.total());
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        ASSERT_EQ(corrected.bucket(i), expected.bucket(i)) << "bucket " << i;
    }
}

TEST(Omission, NothingToCorrectWithoutAnInterval) {
    Histogram service;
    service.record(1000);
    EXPECT_EQ(corrected_for_omission(service, 0).total(), 1U);
}

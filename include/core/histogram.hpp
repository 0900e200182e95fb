// A log-linear histogram of durations. Zone: core.
//
// 64 buckets an octave: a value is reported as the middle of its bucket, at most 1/128 (0.79 %)
// from the truth, from 64 ns to over an hour; below 64 ns it is exact. Histograms of equal shape
// merge exactly, by addition of counts. Counts are 32 bits and wrap: whoever reads a live one takes
// differences (mod 2^32) and adds them up in 64 bits.
//
// Bucket counts in shared memory have one writer, relaxed; readers may see a record's count before
// its bucket, never a torn value.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace pg_stress::core {

struct HistogramShape {
    static constexpr unsigned kSubBits = 6;
    static constexpr unsigned kSub = 1U << kSubBits;
    static constexpr unsigned kTopBit =
        42; // 2^42 ns = 73 minutes; more is clamped to the last bucket
    static constexpr unsigned kBuckets = (kTopBit - kSubBits + 1) * kSub;

    static constexpr unsigned bucket_of(uint64_t ns) {
        if (ns < kSub) {
            return static_cast<unsigned>(ns);
        }
        const unsigned top = static_cast<unsigned>(std::bit_width(ns)) - 1;
        if (top >= kTopBit) {
            return kBuckets - 1;
        }
        const unsigned shift = top - kSubBits;
        return static_cast<unsigned>((shift + 1) * kSub + ((ns >> shift) - kSub));
    }
    static constexpr uint64_t low_of(unsigned bucket) {
        if (bucket < kSub) {
            return bucket;
        }
        const unsigned shift = bucket / kSub - 1;
        return uint64_t{kSub + bucket % kSub} << shift;
    }
    static constexpr uint64_t middle_of(unsigned bucket) {
        if (bucket < kSub) {
            return bucket;
        }
        const unsigned shift = bucket / kSub - 1;
        return low_of(bucket) + ((uint64_t{1} << shift) >> 1);
    }
};

/** The live form, in shared memory: one writer. */
struct LiveHistogram {
    std::array<std::atomic<uint32_t>, HistogramShape::kBuckets> count;

    void record(uint64_t ns) {
        auto& c = count[HistogramShape::bucket_of(ns)];
        c.store(c.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
};
static_assert(std::atomic<uint32_t>::is_always_lock_free);

/** The collected form: exact counts, merged by addition. */
class Histogram {
  public:
    void record(uint64_t ns, uint64_t times = 1) {
        count_[HistogramShape::bucket_of(ns)] += times;
        total_ += times;
    }
    void add_bucket(unsigned bucket, uint64_t times) {
        count_[bucket] += times;
        total_ += times;
    }
    void merge(const Histogram& other);
    void clear();
    uint64_t total() const { return total_; }
    uint64_t bucket(unsigned index) const { return count_[index]; }

    /** The smallest bucket middle at or below which a share q of the values lies, in ns; 0 when
        empty. */
    uint64_t quantile(double q) const;
    /** A percentile is worth printing only where n * (1 - q) >= 10. */
    bool supports(double q) const { return static_cast<double>(total_) * (1.0 - q) >= 10.0; }
    double mean() const; // from bucket middles; ns

    /** Sparse form for storage: pairs of (bucket distance, count) as LEB128. Empty histogram: "".
     */
    std::string encode() const;
    /** False when the bytes are no histogram; *this is then empty. Adds to what is there. */
    bool decode_add(std::string_view bytes);

  private:
    std::array<uint64_t, HistogramShape::kBuckets> count_{};
    uint64_t total_ = 0;
};

} // namespace pg_stress::core

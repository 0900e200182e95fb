// Reads a live histogram again and again and yields what is new. Zone: core.
//
// Live counts are 32 bits and wrap; differences mod 2^32 are right as long as a bucket gains fewer
// than 2^32 counts between two reads. One reader for each live histogram; it reads without locks
// while the writer goes on.
#pragma once

#include <cstdint>
#include <memory>

#include "core/histogram.hpp"

namespace pg_stress::core {

class LiveHistogramReader {
  public:
    /** Adds what came since the last call to each of `into` (two, the second may be null); returns
        how many values that was. */
    uint64_t read(const LiveHistogram& live, Histogram& into, Histogram* also = nullptr) {
        if (seen_ == nullptr) {
            seen_ = std::make_unique<std::array<uint32_t, HistogramShape::kBuckets>>();
        }
        uint64_t fresh = 0;
        for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
            const uint32_t now = live.count[i].load(std::memory_order_relaxed);
            const uint32_t more = now - (*seen_)[i];
            if (more == 0) {
                continue;
            }
            (*seen_)[i] = now;
            into.add_bucket(i, more);
            if (also != nullptr) {
                also->add_bucket(i, more);
            }
            fresh += more;
        }
        return fresh;
    }

  private:
    std::unique_ptr<std::array<uint32_t, HistogramShape::kBuckets>> seen_; // made at the first read
};

/** The middle of the highest bucket that holds a value; 0 when empty. */
uint64_t largest(const Histogram& histogram);

/** What a histogram of service times would show if starts had come every `interval_ns` and had
    waited behind slow ones: for each value v also v - interval, v - 2 * interval, ... down to the
    interval (HdrHistogram's correction for coordinated omission). */
Histogram corrected_for_omission(const Histogram& service, uint64_t interval_ns);

} // namespace pg_stress::core

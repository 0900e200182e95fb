#include "core/live_reader.hpp"

namespace pg_stress::core {

uint64_t largest(const Histogram& histogram) {
    for (unsigned i = HistogramShape::kBuckets; i-- > 0;) {
        if (histogram.bucket(i) != 0) {
            return HistogramShape::middle_of(i);
        }
    }
    return 0;
}

Histogram corrected_for_omission(const Histogram& service, uint64_t interval_ns) {
    Histogram out = service;
    if (interval_ns == 0) {
        return out;
    }
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        const uint64_t times = service.bucket(i);
        const uint64_t value = HistogramShape::middle_of(i);
        if (times == 0 || value < 2 * interval_ns) {
            continue;
        }
        // v - k * interval for k = 1 ... last, bucket by bucket rather than one by one: a stall of
        // seconds at microsecond intervals is millions of values.
        const uint64_t last = value / interval_ns - 1;
        uint64_t k = 1;
        while (k <= last) {
            const unsigned bucket = HistogramShape::bucket_of(value - k * interval_ns);
            const uint64_t low = HistogramShape::low_of(bucket);
            uint64_t through = (value - low) / interval_ns;
            if (through > last) {
                through = last;
            }
            out.add_bucket(bucket, times * (through - k + 1));
            k = through + 1;
        }
    }
    return out;
}

} // namespace pg_stress::core

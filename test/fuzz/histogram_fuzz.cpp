// Any bytes: either they are refused, and the histogram stays as it was or empty, or they decode to
// a histogram that survives encoding and decoding unchanged.
#include "core/histogram.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using pg_stress::core::Histogram;
using pg_stress::core::HistogramShape;

static void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Histogram first, second;
    first.clear();
    second.clear();
    if (!first.decode_add(std::string_view(reinterpret_cast<const char*>(data), size))) {
        require(first.total() == 0);
        return 0;
    }
    require(second.decode_add(first.encode()));
    require(first.total() == second.total());
    for (unsigned bucket = 0; bucket < HistogramShape::kBuckets; ++bucket) {
        require(first.bucket(bucket) == second.bucket(bucket));
    }
    require(first.quantile(0.5) <= first.quantile(0.99));
    return 0;
}

// SQL functions on stored histograms. Zone: backend.
#include <new>
#include <string_view>

#include "core/live_reader.hpp"

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::string_view bytes_of(bytea* value) {
    return {VARDATA_ANY(value), static_cast<size_t>(VARSIZE_ANY_EXHDR(value))};
}

void add(core::Histogram& histogram, bytea* value) {
    if (!histogram.decode_add(bytes_of(value))) {
        raise(ERRCODE_INVALID_BINARY_REPRESENTATION, "this is not a histogram of pg_stress");
    }
}

static_assert(std::is_trivially_destructible_v<core::Histogram>, "lives in a memory context");

} // namespace

PGS_FUNCTION(histogram_percentile) {
    bytea* value = call([&] { return PG_GETARG_BYTEA_PP(0); });
    const double q = PG_GETARG_FLOAT8(1);
    if (!(q >= 0 && q <= 1)) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, "q must be between 0 and 1", {},
              "The 99th percentile is 0.99; 1 is the largest value.");
    }
    const auto histogram = std::make_unique<core::Histogram>();
    add(*histogram, value);
    if (q == 1 && histogram->total() > 0) {
        PG_RETURN_FLOAT8(static_cast<double>(core::largest(*histogram)) / 1e6);
    }
    if (!histogram->supports(q)) {
        PG_RETURN_NULL();
    }
    PG_RETURN_FLOAT8(static_cast<double>(histogram->quantile(q)) / 1e6);
}

PGS_FUNCTION(histogram_count) {
    bytea* value = call([&] { return PG_GETARG_BYTEA_PP(0); });
    const auto histogram = std::make_unique<core::Histogram>();
    add(*histogram, value);
    PG_RETURN_INT64(static_cast<int64>(histogram->total()));
}

PGS_FUNCTION(histogram_add) {
    MemoryContext memory = nullptr;
    if (AggCheckCallContext(fcinfo, &memory) == 0) {
        raise(ERRCODE_FEATURE_NOT_SUPPORTED, "histogram_add is a part of histogram_merge");
    }
    core::Histogram* state =
        PG_ARGISNULL(0)
            ? new (call([&] { return MemoryContextAlloc(memory, sizeof(core::Histogram)); }))
                  core::Histogram
            : reinterpret_cast<core::Histogram*>(PG_GETARG_POINTER(0));
    if (!PG_ARGISNULL(1)) {
        bytea* value = call([&] { return PG_GETARG_BYTEA_PP(1); });
        add(*state, value);
    }
    PG_RETURN_POINTER(state);
}

PGS_FUNCTION(histogram_result) {
    if (AggCheckCallContext(fcinfo, nullptr) == 0) {
        raise(ERRCODE_FEATURE_NOT_SUPPORTED, "histogram_result is a part of histogram_merge");
    }
    if (PG_ARGISNULL(0)) {
        PG_RETURN_NULL();
    }
    const std::string encoded = reinterpret_cast<core::Histogram*>(PG_GETARG_POINTER(0))->encode();
    const char* data = encoded.data();
    const size_t size = encoded.size();
    bytea* out = call([&] {
        auto* copy = static_cast<bytea*>(palloc(VARHDRSZ + size));
        SET_VARSIZE(copy, VARHDRSZ + size);
        memcpy(VARDATA(copy), data, size);
        return copy;
    });
    PG_RETURN_BYTEA_P(out);
}

} // namespace pg_stress::backend

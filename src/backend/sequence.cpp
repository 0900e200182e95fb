// Shared counters that give new keys. Zone: backend; needs an open transaction.
#include "backend/operation_runner.hpp"
#include "backend/runner_parts.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "utils/builtins.h"
}

namespace pg_stress::backend {

namespace {

bool same_counter(const core::Source& a, const core::Source& b) {
    return &a == &b || (!a.column.empty() && a.table == b.table && a.column == b.column);
}

/** One source for each counter, in the order of counters. */
std::vector<const core::Source*> counters_of(const core::Workload& workload) {
    std::vector<const core::Source*> counters;
    for (const auto& operation : workload.operations) {
        for (const auto& step : operation.steps) {
            for (const auto& source : step.parameters) {
                bool known = source.kind != core::SourceKind::Sequence;
                for (size_t i = 0; i < counters.size() && !known; ++i) {
                    known = same_counter(*counters[i], source);
                }
                if (!known) {
                    counters.push_back(&source);
                }
            }
        }
    }
    return counters;
}

} // namespace

int sequence_count(const core::Workload& workload) {
    return static_cast<int>(counters_of(workload).size());
}

int counter_of(const core::Workload& workload, const core::Source& source) {
    const auto counters = counters_of(workload);
    size_t index = 0;
    while (index + 1 < counters.size() && !same_counter(*counters[index], source)) {
        ++index;
    }
    return static_cast<int>(index);
}

void resolve_sequences(const core::Workload& workload, std::atomic<int64_t>* sequences) {
    const auto counters = counters_of(workload);
    for (size_t i = 0; i < counters.size(); ++i) {
        const core::Source& source = *counters[i];
        int64_t start = source.start;
        if (start == 0 && !source.column.empty()) {
            const char* column = call([&] { return quote_identifier(source.column.c_str()); });
            const SqlResult greatest = run_sql("SELECT pg_catalog.max(" + std::string(column) +
                                               ")::pg_catalog.int8 FROM " + source.table);
            start = greatest.integer(0, 0) + 1;
        }
        sequences[i].store(start, std::memory_order_relaxed);
    }
}

} // namespace pg_stress::backend

#include "backend/collector.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {
uint64_t get(const std::atomic<uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
}
} // namespace

OperationTotals& OperationTotals::operator+=(const OperationTotals& other) {
    done += other.done;
    failed += other.failed;
    retries += other.retries;
    empty += other.empty;
    rows += other.rows;
    own_chaos += other.own_chaos;
    response_sum_ns += other.response_sum_ns;
    service_sum_ns += other.service_sum_ns;
    max_ns = other.max_ns > max_ns ? other.max_ns : max_ns;
    suspended = suspended || other.suspended;
    return *this;
}

OperationTotals OperationTotals::since(const OperationTotals& before) const {
    OperationTotals out = *this;
    out.done -= before.done;
    out.failed -= before.failed;
    out.retries -= before.retries;
    out.empty -= before.empty;
    out.rows -= before.rows;
    out.own_chaos -= before.own_chaos;
    out.response_sum_ns -= before.response_sum_ns;
    out.service_sum_ns -= before.service_sum_ns;
    return out;
}

Collector::Collector(RunMemory memory) : memory_(memory) {
    const auto operations = static_cast<size_t>(memory.header().operations);
    const auto workers = static_cast<size_t>(memory.header().workers);
    for (auto* totals : {&now_, &interval_start_, &begin_, &end_}) {
        totals->resize(operations);
    }
    for (auto* histograms : {&interval_response_, &response_, &service_}) {
        histograms->resize(operations);
    }
    response_values_.resize(operations);
    service_values_.resize(operations);
    done_seen_.resize(operations * workers);
    response_reader_.resize(operations * workers);
    service_reader_.resize(operations * workers);
    cpu_seen_.resize(workers);
    claimed_seen_.resize(workers);
    lag_reader_.resize(workers);
    start_lag_ = std::make_unique<core::Histogram>();
    discarded_ = std::make_unique<core::Histogram>();
}

void Collector::read_workers() {
    WorkerTotals sum;
    sum.cpu_ns = workers_now_.cpu_ns;
    for (int w = 0; w < memory_.header().workers; ++w) {
        const WorkerSlot& slot = memory_.slot(w);
        const auto i = index(w);
        sum.claimed += get(slot.claimed);
        sum.missed += get(slot.missed);
        sum.transactions += get(slot.transactions);
        sum.waited_ns += slot.waited_ns.load(std::memory_order_relaxed);
        // A worker that took another one's place begins at zero again.
        const int64_t cpu = slot.cpu_ns.load(std::memory_order_relaxed);
        sum.cpu_ns += cpu >= cpu_seen_[i] ? cpu - cpu_seen_[i] : cpu;
        cpu_seen_[i] = cpu;
    }
    workers_now_ = sum;
}

void Collector::read(bool all) {
    read_workers();
    for (int w = 0; w < memory_.header().workers; ++w) {
        const WorkerSlot& slot = memory_.slot(w);
        const uint64_t claimed = get(slot.claimed);
        if (all || claimed != claimed_seen_[index(w)]) {
            claimed_seen_[index(w)] = claimed;
            lag_reader_[index(w)].read(slot.lag, measuring_ ? *start_lag_ : *discarded_);
        }
    }
    for (int o = 0; o < operations(); ++o) {
        const auto i = index(o);
        OperationTotals sum;
        for (int w = 0; w < memory_.header().workers; ++w) {
            const OperationCounters& counters = memory_.counters(w, o);
            OperationTotals one;
            one.done = get(counters.done);
            one.failed = get(counters.failed);
            one.retries = get(counters.retries);
            one.empty = get(counters.empty);
            one.rows = get(counters.rows);
            one.own_chaos = get(counters.own_chaos);
            one.response_sum_ns = get(counters.response_sum_ns);
            one.service_sum_ns = get(counters.service_sum_ns);
            one.max_ns = get(counters.max_ns);
            one.suspended = get(counters.suspended) != 0;
            sum += one;
            const auto cell = i * index(memory_.header().workers) + index(w);
            if (all || one.done != done_seen_[cell]) {
                done_seen_[cell] = one.done;
                response_values_[i] += response_reader_[cell].read(
                    counters.response, interval_response_[i], measuring_ ? &response_[i] : nullptr);
                service_values_[i] += service_reader_[cell].read(
                    counters.service, measuring_ ? service_[i] : *discarded_);
            }
        }
        now_[i] = sum;
    }
}

void Collector::begin_measuring() {
    begin_ = now_;
    workers_begin_ = workers_now_;
    measuring_ = true;
}

void Collector::end_measuring() {
    if (measuring_) {
        end_ = now_;
        workers_end_ = workers_now_;
        measured_ = true;
        measuring_ = false;
    }
}

OperationTotals Collector::measured(int operation) const {
    const auto i = index(operation);
    if (!measuring_ && !measured_) {
        return {};
    }
    OperationTotals out = (measuring_ ? now_ : end_)[i].since(begin_[i]);
    // The largest of the measured part is known exactly unless the warm-up had a larger one.
    if (out.max_ns <= begin_[i].max_ns) {
        out.max_ns = core::largest(response_[i]);
    }
    return out;
}

WorkerTotals Collector::measured_workers() const {
    if (!measuring_ && !measured_) {
        return {};
    }
    WorkerTotals out = measuring_ ? workers_now_ : workers_end_;
    out.claimed -= workers_begin_.claimed;
    out.missed -= workers_begin_.missed;
    out.transactions -= workers_begin_.transactions;
    out.cpu_ns -= workers_begin_.cpu_ns;
    out.waited_ns -= workers_begin_.waited_ns;
    return out;
}

void Collector::clear_interval() {
    for (size_t i = 0; i < now_.size(); ++i) {
        if (interval_response_[i].total() != 0) {
            interval_response_[i].clear();
        }
    }
    interval_start_ = now_;
}

} // namespace pg_stress::backend

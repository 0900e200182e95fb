#include "backend/spi_workers.hpp"

#include <csignal>
#include <cstdint>

#include "backend/guard.hpp"
#include "backend/process.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

bool SpiWorkers::start_one(int slot) {
    const RunHeader& header = memory_.header();
    WorkerSlot& worker = memory_.slot(slot);
    worker.state.store(WorkerState::Starting);
    worker.pid.store(0);
    worker.proc_number.store(-1);
    worker.operation.store(0);
    worker.failure[0] = '\0';
    const WorkerArguments arguments{segment_, slot, header.database, header.role, header.run_id};
    BackgroundWorkerHandle* handle = start_worker(
        "pg_stress_worker_main", "pg_stress worker " + std::to_string(slot) + " of " + header.name,
        "pg_stress worker", &arguments, sizeof arguments, Int32GetDatum(slot));
    if (handle == nullptr) {
        worker.state.store(WorkerState::Empty);
        return false;
    }
    if (static_cast<size_t>(slot) < handles_.size()) {
        handles_[static_cast<size_t>(slot)] = handle;
    } else {
        handles_.push_back(handle);
    }
    return true;
}

int SpiWorkers::start(int count) {
    handles_.reserve(static_cast<size_t>(count));
    int started = 0;
    while (started < count && start_one(started)) {
        ++started;
    }
    return started;
}

bool SpiWorkers::ended(int slot) const {
    return memory_.slot(slot).state.load() == WorkerState::Ended ||
           !is_running(handles_[static_cast<size_t>(slot)]);
}

bool SpiWorkers::all_ready() const {
    for (int i = 0; i < static_cast<int>(handles_.size()); ++i) {
        const WorkerState state = memory_.slot(i).state.load();
        if (state == WorkerState::Empty || (state == WorkerState::Starting && !ended(i))) {
            return false;
        }
    }
    return true;
}

std::string SpiWorkers::start_failure() const {
    for (int i = 0; i < static_cast<int>(handles_.size()); ++i) {
        if (ended(i)) {
            const char* failure = memory_.slot(i).failure;
            return failure[0] != '\0' ? failure
                                      : "it ended without a word; the server log says why";
        }
    }
    return {};
}

void SpiWorkers::replace_dead(const Report& report) {
    uint64_t done = 0;
    for (int i = 0; i < static_cast<int>(handles_.size()); ++i) {
        for (int op = 0; op < memory_.header().operations; ++op) {
            done += memory_.counters(i, op).done.load(std::memory_order_relaxed);
        }
    }
    for (int i = 0; i < static_cast<int>(handles_.size()); ++i) {
        if (is_running(handles_[static_cast<size_t>(i)])) {
            continue;
        }
        const std::string why = memory_.slot(i).failure;
        losses_ = done > done_at_loss_ ? 1 : losses_ + 1;
        done_at_loss_ = done;
        const bool replaced = start_one(i);
        report("worker " + std::to_string(i) + " ended" + (why.empty() ? "" : ": " + why) +
               (replaced ? "; another takes its place" : "; no free worker slot for another"));
    }
}

bool SpiWorkers::all_ended() const {
    for (BackgroundWorkerHandle* handle : handles_) {
        if (is_running(handle)) {
            return false;
        }
    }
    return true;
}

void SpiWorkers::wake() const {
    for (int i = 0; i < static_cast<int>(handles_.size()); ++i) {
        const WorkerSlot& worker = memory_.slot(i);
        backend::wake(worker.proc_number.load(), worker.pid.load());
    }
}

void SpiWorkers::cancel_statements() const {
    for (int i = 0; i < static_cast<int>(handles_.size()); ++i) {
        const WorkerSlot& worker = memory_.slot(i);
        const int32_t pid = worker.pid.load();
        pid_t running = 0;
        if (pid > 0 &&
            GetBackgroundWorkerPid(handles_[static_cast<size_t>(i)], &running) == BGWH_STARTED &&
            running == pid) {
            kill(pid, SIGINT);
        }
    }
}

void SpiWorkers::terminate() const noexcept {
    for (BackgroundWorkerHandle* handle : handles_) {
        TerminateBackgroundWorker(handle);
    }
}

} // namespace pg_stress::backend

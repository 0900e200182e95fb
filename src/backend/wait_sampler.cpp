#include "backend/wait_sampler.hpp"

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

void WaitSampler::sample() {
    for (int w = 0; w < memory_.header().workers; ++w) {
        const WorkerSlot& slot = memory_.slot(w);
        const uint32_t operation = slot.operation.load(std::memory_order_relaxed);
        const int32_t number = slot.proc_number.load(std::memory_order_relaxed);
        const int32_t pid = slot.pid.load(std::memory_order_relaxed);
        if (operation == 0 || number < 0 || pid == 0 ||
            number >= static_cast<int32_t>(ProcGlobal->allProcCount)) {
            continue;
        }
        const volatile PGPROC* proc = compat::proc_by_number(number);
        if (proc->pid != pid) {
            continue;
        }
        const uint32_t event = proc->wait_event_info;
        size_t at = (operation * 0x9e3779b1U ^ event * 0x85ebca6bU) % kCells;
        for (size_t tries = 0; tries < kCells; ++tries, at = (at + 1) % kCells) {
            Cell& cell = cell_[at];
            if (cell.operation == 0) {
                cell = {operation, event, 0};
            }
            if (cell.operation == operation && cell.event == event) {
                ++cell.samples;
                break;
            }
        }
    }
}

std::vector<WaitCount> WaitSampler::counts() const {
    std::vector<WaitCount> out;
    for (const Cell& cell : cell_) {
        if (cell.operation == 0) {
            continue;
        }
        WaitCount count{static_cast<int>(cell.operation) - 1, "CPU", "running", cell.samples};
        if (cell.event != 0) {
            const uint32_t event = cell.event;
            const char* type = call([&] { return pgstat_get_wait_event_type(event); });
            const char* name = call([&] { return pgstat_get_wait_event(event); });
            count.type = type != nullptr ? type : "unknown";
            count.event = name != nullptr ? name : "unknown";
        }
        out.push_back(std::move(count));
    }
    return out;
}

} // namespace pg_stress::backend

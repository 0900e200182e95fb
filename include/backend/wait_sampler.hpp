// What workers wait for, read from their PGPROC. Zone: backend; lives in the coordinator.
//
// sample() reads shared memory without locks, transactions or allocation. A slot names its worker's
// proc number and pid; a proc that belongs to another process by now is skipped. Reading another
// process's wait event may race with its end: one sample of thousands is then wrong by one event.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/run_memory.hpp"

namespace pg_stress::backend {

struct WaitCount {
    int operation; // index
    std::string type, event;
    uint64_t samples;
};

class WaitSampler {
  public:
    explicit WaitSampler(RunMemory memory) : memory_(memory) {}
    void sample();
    /** What was seen, with names; a worker that waited for nothing has type CPU, event running. */
    std::vector<WaitCount> counts() const;

  private:
    struct Cell {
        uint32_t operation; // index + 1; 0: free
        uint32_t event;
        uint64_t samples;
    };
    static constexpr size_t kCells = 8192; // a power of two; open addressing
    RunMemory memory_;
    std::array<Cell, kCells> cell_{};
};

} // namespace pg_stress::backend

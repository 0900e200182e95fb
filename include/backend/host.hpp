// The machine under the server, from /proc. Zone: backend; lives in the coordinator.
// What is not readable (another system, a hardened container) is left out, never guessed.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/proc_files.hpp"
#include "core/value.hpp"

namespace pg_stress::backend {

class Host {
  public:
    Host();

    /** Facts that stay: processors, memory, kernel, clock source, file system of the data. */
    std::vector<std::pair<std::string, std::string>> facts() const;

    /** Shares and rates since the last call; {} at the first one. */
    core::Value figures(int64_t now_ns);

    /** Begin and end of the measured part. */
    void begin_measuring();
    void end_measuring();
    /** Shares of the processors' time in the measured part; -1: unknown. */
    double steal_share() const { return steal_share_; }
    double busy_share() const { return busy_share_; }
    double other_share() const { return other_share_; } // of processes that are not the server's

  private:
    struct Usage {
        std::optional<core::CpuTimes> cpu;
        std::optional<uint64_t> server_ticks; // postmaster, its children, and those that ended
    };
    static Usage usage();

    unsigned major_ = 0, minor_ = 0; // device of the data directory
    int64_t last_ns_ = 0;
    std::optional<core::CpuTimes> last_cpu_;
    std::optional<core::DiskCounters> last_disk_;
    Usage begin_;
    double steal_share_ = -1, busy_share_ = -1, other_share_ = -1;
};

} // namespace pg_stress::backend

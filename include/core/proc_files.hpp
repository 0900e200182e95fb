// What Linux says of the host in /proc, taken apart. Zone: core. Text in, figures out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pg_stress::core {

struct CpuTimes { // clock ticks since boot, all processors together
    uint64_t user = 0, system = 0, idle = 0, iowait = 0, steal = 0;
    uint64_t total() const { return user + system + idle + iowait + steal; }
};
std::optional<CpuTimes> parse_stat(std::string_view text);

struct DiskCounters {
    uint64_t reads = 0, sectors_read = 0, writes = 0, sectors_written = 0; // 512-byte sectors
    uint64_t busy_ms = 0;
};
/** The line of one device; absent where /proc does not list it. */
std::optional<DiskCounters> parse_diskstats(std::string_view text, unsigned major, unsigned minor);

/** A "Name:   123 kB" line of meminfo, in kB. */
std::optional<uint64_t> parse_meminfo(std::string_view text, std::string_view name);

std::optional<double> parse_loadavg(std::string_view text); // of the last minute

struct ProcessTimes { // clock ticks
    int parent = 0;
    uint64_t own = 0;      // user and system
    uint64_t children = 0; // of those that ended and were waited for
};
/** /proc/PID/stat; a command name with spaces or parentheses does no harm. */
std::optional<ProcessTimes> parse_process(std::string_view text);

/** "model name : X" of cpuinfo; "" where absent. */
std::string parse_cpu_model(std::string_view text);

/** File system type of the longest mount point that holds `path`, from /proc/mounts. */
std::string parse_mounts(std::string_view text, std::string_view path);

} // namespace pg_stress::core

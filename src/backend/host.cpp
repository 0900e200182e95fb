#include "backend/host.hpp"

#include <cstdint>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::string contents(const std::string& path) {
    std::string out;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return out;
    }
    char buffer[8192];
    ssize_t bytes = 0;
    while ((bytes = read(file, buffer, sizeof buffer)) > 0) {
        out.append(buffer, static_cast<size_t>(bytes));
    }
    close(file);
    return out;
}

std::string first_line(const std::string& path) {
    const std::string text = contents(path);
    return text.substr(0, text.find('\n'));
}

double rounded(double value) {
    return static_cast<double>(static_cast<int64_t>(value * 100 + 0.5)) / 100;
}

} // namespace

Host::Host() {
    struct stat status;
    if (stat(DataDir, &status) == 0) {
        major_ = major(status.st_dev);
        minor_ = minor(status.st_dev);
    }
}

std::vector<std::pair<std::string, std::string>> Host::facts() const {
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&](const char* name, std::string value) {
        if (!value.empty()) {
            out.emplace_back(name, std::move(value));
        }
    };
    add("cpu_model", core::parse_cpu_model(contents("/proc/cpuinfo")));
    add("cpu_count", std::to_string(sysconf(_SC_NPROCESSORS_ONLN)));
    add("cpu_governor", first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
    const std::string memory = contents("/proc/meminfo");
    if (const auto kb = core::parse_meminfo(memory, "MemTotal")) {
        add("memory_mb", std::to_string(*kb / 1024));
    }
    if (const auto pages = core::parse_meminfo(memory, "HugePages_Total")) {
        add("huge_pages", std::to_string(*pages));
    }
    struct utsname kernel;
    if (uname(&kernel) == 0) {
        add("kernel", std::string(kernel.sysname) + " " + kernel.release + " " + kernel.machine);
    }
    add("clocksource",
        first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource"));
    add("filesystem", core::parse_mounts(contents("/proc/self/mounts"), DataDir));
    add("transparent_huge_pages", first_line("/sys/kernel/mm/transparent_hugepage/enabled"));
    return out;
}

core::Value Host::figures(int64_t now_ns) {
    core::Value out = core::Value::object();
    const auto set = [&](const char* name, double value) {
        out.set(name, core::Value::number(rounded(value)));
    };
    const auto cpu = core::parse_stat(contents("/proc/stat"));
    const auto disk = core::parse_diskstats(contents("/proc/diskstats"), major_, minor_);
    const double seconds = static_cast<double>(now_ns - last_ns_) / 1e9;
    if (last_ns_ != 0 && seconds > 0) {
        if (cpu && last_cpu_ && cpu->total() > last_cpu_->total()) {
            const auto share = [&](uint64_t now, uint64_t before) {
                return now < before ? 0.0
                                    : 100.0 * static_cast<double>(now - before) /
                                          static_cast<double>(cpu->total() - last_cpu_->total());
            };
            set("cpu_user_pct", share(cpu->user, last_cpu_->user));
            set("cpu_system_pct", share(cpu->system, last_cpu_->system));
            set("cpu_iowait_pct", share(cpu->iowait, last_cpu_->iowait));
            set("cpu_steal_pct", share(cpu->steal, last_cpu_->steal));
            set("cpu_idle_pct", share(cpu->idle, last_cpu_->idle));
        }
        if (disk && last_disk_) {
            const auto rate = [&](uint64_t now, uint64_t before) {
                return now < before ? 0.0 : static_cast<double>(now - before) / seconds;
            };
            set("disk_reads_per_s", rate(disk->reads, last_disk_->reads));
            set("disk_writes_per_s", rate(disk->writes, last_disk_->writes));
            set("disk_read_mb_per_s", rate(disk->sectors_read, last_disk_->sectors_read) / 2048);
            set("disk_write_mb_per_s",
                rate(disk->sectors_written, last_disk_->sectors_written) / 2048);
            set("disk_busy_pct", rate(disk->busy_ms, last_disk_->busy_ms) / 10);
        }
        if (const auto kb = core::parse_meminfo(contents("/proc/meminfo"), "MemAvailable")) {
            set("memory_available_mb", static_cast<double>(*kb) / 1024);
        }
        if (const auto load = core::parse_loadavg(contents("/proc/loadavg"))) {
            set("load_1m", *load);
        }
    }
    last_ns_ = now_ns;
    last_cpu_ = cpu;
    last_disk_ = disk;
    return out;
}

Host::Usage Host::usage() {
    Usage out;
    out.cpu = core::parse_stat(contents("/proc/stat"));
    DIR* processes = opendir("/proc");
    if (processes == nullptr) {
        return out;
    }
    uint64_t ticks = 0;
    bool postmaster_seen = false;
    while (const dirent* entry = readdir(processes)) {
        const int pid = std::atoi(entry->d_name);
        if (pid <= 0) {
            continue;
        }
        const auto times = core::parse_process(contents("/proc/" + std::to_string(pid) + "/stat"));
        if (!times) {
            continue;
        }
        if (pid == PostmasterPid) {
            ticks += times->own + times->children;
            postmaster_seen = true;
        } else if (times->parent == PostmasterPid) {
            ticks += times->own;
        }
    }
    closedir(processes);
    if (postmaster_seen) {
        out.server_ticks = ticks;
    }
    return out;
}

void Host::begin_measuring() { begin_ = usage(); }

void Host::end_measuring() {
    const Usage end = usage();
    if (!begin_.cpu || !end.cpu || end.cpu->total() <= begin_.cpu->total()) {
        return;
    }
    const auto total = static_cast<double>(end.cpu->total() - begin_.cpu->total());
    const auto busy = static_cast<double>(end.cpu->user + end.cpu->system - begin_.cpu->user -
                                          begin_.cpu->system);
    steal_share_ = static_cast<double>(end.cpu->steal - begin_.cpu->steal) / total;
    busy_share_ = busy / total;
    if (begin_.server_ticks && end.server_ticks && *end.server_ticks >= *begin_.server_ticks) {
        const auto server = static_cast<double>(*end.server_ticks - *begin_.server_ticks);
        other_share_ = busy > server ? (busy - server) / total : 0;
    }
}

} // namespace pg_stress::backend

#include "core/proc_files.hpp"

#include <charconv>
#include <cstdint>
#include <vector>

namespace pg_stress::core {

namespace {

std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> out;
    size_t at = 0;
    while (true) {
        at = line.find_first_not_of(" \t", at);
        if (at == std::string_view::npos) {
            return out;
        }
        const size_t end = line.find_first_of(" \t", at);
        out.push_back(line.substr(at, end == std::string_view::npos ? end : end - at));
        if (end == std::string_view::npos) {
            return out;
        }
        at = end;
    }
}

uint64_t whole(std::string_view word) {
    uint64_t n = 0;
    std::from_chars(word.data(), word.data() + word.size(), n);
    return n;
}

/** Calls f for each line until it returns true. */
template <typename F> void each_line(std::string_view text, F&& f) {
    while (!text.empty()) {
        const size_t end = text.find('\n');
        if (f(text.substr(0, end))) {
            return;
        }
        if (end == std::string_view::npos) {
            return;
        }
        text.remove_prefix(end + 1);
    }
}

} // namespace

std::optional<CpuTimes> parse_stat(std::string_view text) {
    std::optional<CpuTimes> out;
    each_line(text, [&](std::string_view line) {
        const auto w = words(line);
        if (w.size() < 8 || w[0] != "cpu") {
            return false;
        }
        CpuTimes times;
        times.user = whole(w[1]) + whole(w[2]);
        times.system = whole(w[3]) + whole(w[6]) + whole(w[7]);
        times.idle = whole(w[4]);
        times.iowait = whole(w[5]);
        times.steal = w.size() > 8 ? whole(w[8]) : 0;
        out = times;
        return true;
    });
    return out;
}

std::optional<DiskCounters> parse_diskstats(std::string_view text, unsigned major, unsigned minor) {
    std::optional<DiskCounters> out;
    each_line(text, [&](std::string_view line) {
        const auto w = words(line);
        if (w.size() < 13 || whole(w[0]) != major || whole(w[1]) != minor) {
            return false;
        }
        out = DiskCounters{whole(w[3]), whole(w[5]), whole(w[7]), whole(w[9]), whole(w[12])};
        return true;
    });
    return out;
}

std::optional<uint64_t> parse_meminfo(std::string_view text, std::string_view name) {
    std::optional<uint64_t> out;
    each_line(text, [&](std::string_view line) {
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos || line.substr(0, colon) != name) {
            return false;
        }
        const auto w = words(line.substr(colon + 1));
        if (!w.empty()) {
            out = whole(w[0]);
        }
        return true;
    });
    return out;
}

std::optional<double> parse_loadavg(std::string_view text) {
    double load = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), load);
    return error == std::errc{} ? std::optional<double>(load) : std::nullopt;
}

std::optional<ProcessTimes> parse_process(std::string_view text) {
    const size_t name_end = text.rfind(')');
    if (name_end == std::string_view::npos) {
        return std::nullopt;
    }
    // After the name: state, parent, ...; user and system time are fields 14 and 15 of the whole.
    const auto w = words(text.substr(name_end + 1));
    if (w.size() < 15) {
        return std::nullopt;
    }
    return ProcessTimes{static_cast<int>(whole(w[1])), whole(w[11]) + whole(w[12]),
                        whole(w[13]) + whole(w[14])};
}

std::string parse_cpu_model(std::string_view text) {
    std::string out;
    each_line(text, [&](std::string_view line) {
        const size_t colon = line.find(": ");
        if (line.substr(0, 10) != "model name" || colon == std::string_view::npos) {
            return false;
        }
        out = line.substr(colon + 2);
        return true;
    });
    return out;
}

std::string parse_mounts(std::string_view text, std::string_view path) {
    std::string type;
    size_t longest = 0;
    each_line(text, [&](std::string_view line) {
        const auto w = words(line);
        if (w.size() < 3) {
            return false;
        }
        const auto point = w[1];
        const bool holds =
            point == "/" || (path.substr(0, point.size()) == point &&
                             (path.size() == point.size() || path[point.size()] == '/'));
        if (holds && point.size() >= longest) {
            longest = point.size();
            type = w[2];
        }
        return false;
    });
    return type;
}

} // namespace pg_stress::core

// Differences of the server's own counters, per interval. Zone: backend; lives in the coordinator.
#pragma once

#include <string>
#include <vector>

#include "core/value.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

class ServerCounters {
  public:
    ServerCounters();

    /** Reads all counters in the open transaction, by SQL on pg_stat_* views only. The first read
        is the base. A counter that went down was reset and counts from zero. */
    void read();

    /** Differences since the last clear_interval(): {"view": {"counter": n}}, zeros left out. */
    core::Value interval() const;
    void clear_interval() { interval_.assign(interval_.size(), 0); }
    /** Since the first read. */
    double total(const std::string& view, const std::string& counter) const;

    /** The run begins: what was not read by now has no base to be compared with. */
    void begin() { incomplete_ = first_; }
    /** This database's counters were reset, or not read before the run. */
    bool incomplete() const { return incomplete_ || was_reset_; }
    /** Most client sessions seen in this database by read(). */
    int most_others() const { return most_others_; }

  private:
    struct Column {
        size_t view; // index into the table of views
        std::string name;
    };
    std::string query_;
    std::vector<Column> columns_;
    std::vector<double> last_, interval_, total_;
    std::string reset_time_;
    bool first_ = true, was_reset_ = false, incomplete_ = false;
    int most_others_ = 0;
};

} // namespace pg_stress::backend

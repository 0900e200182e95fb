// Settings, tables and statements before and after a run. Zone: backend; lives in the coordinator.
//
// Each call runs transactions of its own. What the run's role may not read, or what is locked, is
// absent, never a failure of the run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/workload.hpp"

#include "backend/run_memory.hpp"

namespace pg_stress::backend {

struct TableCounts { // rows, attempted: rolled-back ones are counted by the server, too
    int64_t inserted = 0, updated = 0, deleted = 0;
};

class Snapshots {
  public:
    static constexpr size_t kMostTables = 1000;

    Snapshots(int64_t run_id, Oid role, const core::Workload& workload);

    void settings(bool after);
    void table_statistics(bool after);
    void fingerprints(); // before the run
    void statements(bool after);

    bool tables_cut() const { return tables_cut_; } // more than kMostTables
    /** Rows written to that table and its partitions between the two; absent: not known. */
    std::optional<TableCounts> written(const std::string& table) const;

    enum class Statements { Counted, Absent, Unreadable, Reset };
    Statements statements_state() const { return statements_; }
    /** Calls since the first snapshot; absent: the statement is not (or no longer) there. */
    std::optional<double> calls(int64_t query_id) const;
    /** Differences as a jsonb object, ready to be stored. */
    std::optional<std::string> statement_figures(int64_t query_id) const;

  private:
    int64_t run_id_;
    Oid role_;
    std::vector<std::string> tables_;
    bool tables_cut_ = false;
    std::map<std::string, TableCounts> before_, after_;
    Statements statements_ = Statements::Absent;
    std::string statements_reset_;
    std::map<int64_t, std::map<std::string, double>> statements_before_, statements_after_;
};

} // namespace pg_stress::backend

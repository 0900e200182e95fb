#include "backend/server_counters.hpp"

#include <algorithm>
#include <climits>

#include "backend/guard.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int kAlways = INT_MAX;

struct View {
    const char* name; // in our rows
    const char* source;
    int since, before; // major versions that have it
};

struct Counter {
    const char* view;
    const char* name;
    const char* expression; // nullptr: the column of that name
    int since, before;
};

// The difference between server versions is in these two tables.
constexpr View kViews[] = {
    {"database", "pg_stat_database WHERE datname = current_database()", 0, kAlways},
    {"wal", "pg_stat_wal", 14, kAlways},
    {"bgwriter", "pg_stat_bgwriter", 0, kAlways},
    {"checkpointer", "pg_stat_checkpointer", 17, kAlways},
    {"io", "pg_stat_io", 16, kAlways},
};

constexpr Counter kCounters[] = {
    {"database", "xact_commit", nullptr, 0, kAlways},
    {"database", "xact_rollback", nullptr, 0, kAlways},
    {"database", "blks_read", nullptr, 0, kAlways},
    {"database", "blks_hit", nullptr, 0, kAlways},
    {"database", "tup_returned", nullptr, 0, kAlways},
    {"database", "tup_fetched", nullptr, 0, kAlways},
    {"database", "tup_inserted", nullptr, 0, kAlways},
    {"database", "tup_updated", nullptr, 0, kAlways},
    {"database", "tup_deleted", nullptr, 0, kAlways},
    {"database", "conflicts", nullptr, 0, kAlways},
    {"database", "temp_files", nullptr, 0, kAlways},
    {"database", "temp_bytes", nullptr, 0, kAlways},
    {"database", "deadlocks", nullptr, 0, kAlways},
    {"database", "blk_read_time", nullptr, 0, kAlways},
    {"database", "blk_write_time", nullptr, 0, kAlways},
    {"database", "sessions", nullptr, 14, kAlways},
    {"database", "parallel_workers_to_launch", nullptr, 18, kAlways},
    {"database", "parallel_workers_launched", nullptr, 18, kAlways},
    {"wal", "wal_records", nullptr, 14, kAlways},
    {"wal", "wal_fpi", nullptr, 14, kAlways},
    {"wal", "wal_bytes", nullptr, 14, kAlways},
    {"wal", "wal_buffers_full", nullptr, 14, kAlways},
    {"wal", "wal_write", nullptr, 14, 18},
    {"wal", "wal_sync", nullptr, 14, 18},
    {"wal", "wal_write_time", nullptr, 14, 18},
    {"wal", "wal_sync_time", nullptr, 14, 18},
    {"bgwriter", "checkpoints_timed", nullptr, 0, 17},
    {"bgwriter", "checkpoints_req", nullptr, 0, 17},
    {"bgwriter", "checkpoint_write_time", nullptr, 0, 17},
    {"bgwriter", "checkpoint_sync_time", nullptr, 0, 17},
    {"bgwriter", "buffers_checkpoint", nullptr, 0, 17},
    {"bgwriter", "buffers_backend", nullptr, 0, 17},
    {"bgwriter", "buffers_backend_fsync", nullptr, 0, 17},
    {"bgwriter", "buffers_clean", nullptr, 0, kAlways},
    {"bgwriter", "maxwritten_clean", nullptr, 0, kAlways},
    {"bgwriter", "buffers_alloc", nullptr, 0, kAlways},
    {"checkpointer", "checkpoints_timed", "num_timed", 17, kAlways},
    {"checkpointer", "checkpoints_req", "num_requested", 17, kAlways},
    {"checkpointer", "checkpoint_write_time", "write_time", 17, kAlways},
    {"checkpointer", "checkpoint_sync_time", "sync_time", 17, kAlways},
    {"checkpointer", "buffers_checkpoint", "buffers_written", 17, kAlways},
    {"io", "reads", "sum(reads)", 16, kAlways},
    {"io", "writes", "sum(writes)", 16, kAlways},
    {"io", "extends", "sum(extends)", 16, kAlways},
    {"io", "hits", "sum(hits)", 16, kAlways},
    {"io", "evictions", "sum(evictions)", 16, kAlways},
    {"io", "fsyncs", "sum(fsyncs)", 16, kAlways},
    {"io", "read_bytes", "sum(read_bytes)", 18, kAlways},
    {"io", "write_bytes", "sum(write_bytes)", 18, kAlways},
};

bool present(int since, int before) {
    constexpr int kMajor = PG_VERSION_NUM / 10000;
    return kMajor >= since && kMajor < before;
}

} // namespace

// One row: each view is one row of text columns, joined without a condition.
ServerCounters::ServerCounters() {
    std::string outer = "SELECT v0.reset_time";
    std::string from;
    for (size_t v = 0; v < std::size(kViews); ++v) {
        if (!present(kViews[v].since, kViews[v].before)) {
            continue;
        }
        const std::string alias = "v" + std::to_string(v);
        std::string inner = v == 0 ? "stats_reset::text AS reset_time" : "";
        for (const Counter& counter : kCounters) {
            if (std::string_view(counter.view) != kViews[v].name ||
                !present(counter.since, counter.before)) {
                continue;
            }
            const std::string column = "c" + std::to_string(columns_.size());
            const char* expression =
                counter.expression != nullptr ? counter.expression : counter.name;
            inner += (inner.empty() ? "" : ", ") + ("(" + std::string(expression)) + ")::text AS " +
                     column;
            outer += ", " + alias + "." + column;
            columns_.push_back({v, counter.name});
        }
        from += (from.empty() ? " FROM (SELECT " : " CROSS JOIN (SELECT ") + inner + " FROM " +
                kViews[v].source + ") AS " + alias;
    }
    query_ = outer + from;
    last_.resize(columns_.size());
    interval_.resize(columns_.size());
    total_.resize(columns_.size());
}

void ServerCounters::read() {
    call([&] { pgstat_clear_snapshot(); });
    const SqlResult row = run_sql(query_);
    if (row.empty()) {
        return;
    }
    if (!first_ && row.text(0, 0) != reset_time_) {
        was_reset_ = true;
    }
    reset_time_ = row.text(0, 0);
    // Counts no background workers, so none of the run's own processes.
    const int others = call([&] { return CountDBConnections(MyDatabaseId); });
    most_others_ = others > most_others_ ? others : most_others_;
    for (size_t i = 0; i < columns_.size(); ++i) {
        const double now = row.number(0, i + 1);
        if (!first_) {
            const double more = now >= last_[i] ? now - last_[i] : now;
            interval_[i] += more;
            total_[i] += more;
            // A session that came and went between two readings was another's, too.
            if (more > 0 && std::string_view(columns_[i].name) == "sessions") {
                most_others_ = std::max(most_others_, 1);
            }
        }
        last_[i] = now;
    }
    first_ = false;
}

core::Value ServerCounters::interval() const {
    core::Value out = core::Value::object();
    for (size_t v = 0; v < std::size(kViews); ++v) {
        core::Value group = core::Value::object();
        for (size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].view == v && interval_[i] != 0) {
                group.set(columns_[i].name, core::Value::number(interval_[i]));
            }
        }
        if (!group.members().empty()) {
            out.set(kViews[v].name, std::move(group));
        }
    }
    return out;
}

double ServerCounters::total(const std::string& view, const std::string& counter) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].name == counter && view == kViews[columns_[i].view].name) {
            return total_[i];
        }
    }
    return 0;
}

} // namespace pg_stress::backend

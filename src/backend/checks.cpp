#include "backend/checks.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>

#include "backend/guard.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::string text(uint64_t n) { return std::to_string(n); }

// Connecting and the errands of a worker, autovacuum, what the coordinator does by itself.
constexpr uint64_t kStrayTransactions = 100;

Check operations_accounted(const RunCounts& counts, int workers) {
    Check check{"operations accounted", "passed", text(counts.scheduled), {}, {}};
    const uint64_t sum = counts.done + counts.failed + counts.missed + counts.unfinished;
    check.actual = text(sum);
    check.detail = text(counts.done) + " done + " + text(counts.failed) + " failed + " +
                   text(counts.missed) + " missed + " + text(counts.unfinished) + " unfinished";
    const uint64_t ended = counts.done + counts.failed;
    if (counts.claimed_by_workers != counts.claimed_from_pace) {
        check.status = "failed";
        check.detail += "; workers claimed " + text(counts.claimed_by_workers) + " of the " +
                        text(counts.claimed_from_pace) + " operations that the pace gave out";
    }
    // A worker can leave one operation unfinished, and so can each one that took its place.
    if (ended > counts.claimed_by_workers ||
        counts.claimed_by_workers - ended > 4 * static_cast<uint64_t>(workers)) {
        check.status = "failed";
        check.detail += "; " + text(ended) + " ended of " + text(counts.claimed_by_workers) +
                        " that workers claimed";
    }
    if (sum != counts.scheduled) {
        check.status = "failed";
    }
    return check;
}

Check histogram_total(const CheckInput& in) {
    Check check{"latency histogram total", "passed", {}, {}, {}};
    uint64_t calls = 0;
    uint64_t response = 0;
    for (int o = 0; o < in.collector.operations(); ++o) {
        const uint64_t done = in.collector.whole(o).done;
        calls += done;
        response += in.collector.response_values(o);
        if (in.collector.response_values(o) != done || in.collector.service_values(o) != done) {
            check.status = "failed";
            check.detail += in.plan.workload.operations[static_cast<size_t>(o)].name + ": " +
                            text(done) + " calls, " + text(in.collector.response_values(o)) +
                            " response times, " + text(in.collector.service_values(o)) +
                            " service times. ";
        }
    }
    check.expected = text(calls);
    check.actual = text(response);
    return check;
}

/** Fewer than ours is wrong; more is a lower bound where there is a reason for it, else wrong. */
void compare(Check& check, uint64_t ours, uint64_t server, uint64_t tolerance,
             const std::string& why_more, bool fewer_is_wrong = true) {
    check.expected = text(ours);
    check.actual = text(server);
    check.status = "passed";
    if (server < ours) {
        check.status = fewer_is_wrong ? "failed" : "passed";
    } else if (server > ours + tolerance) {
        check.status = why_more.empty() ? "failed" : "passed";
        check.detail = why_more.empty() ? "The server counted more, without a known reason."
                                        : "A lower bound only: " + why_more + ".";
    }
}

Check transactions(const CheckInput& in) {
    Check check{"transactions", "not checked", {}, {}, {}};
    if (in.server.incomplete()) {
        check.detail =
            "The statistics of the database were reset during the run, or could not be read.";
        return check;
    }
    const auto actual = static_cast<uint64_t>(in.server.total("database", "xact_commit") +
                                              in.server.total("database", "xact_rollback"));
    const uint64_t ours = in.worker_transactions;
    compare(check, ours, actual, in.coordinator_transactions + kStrayTransactions + ours / 200,
            in.server.most_others() > 0 ? "other sessions were connected to the database" : "");
    check.detail = text(ours) + " of the workers, " + text(in.coordinator_transactions) +
                   " of the coordinator. " + check.detail;
    return check;
}

struct TableWrites {
    uint64_t inserts = 0, upserts = 0, updates = 0, deletes = 0;
};

bool is_upsert(const std::string& sql) {
    std::string lower = sql;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.find("on conflict") != std::string::npos &&
           lower.find("do update") != std::string::npos;
}

std::map<std::string, TableWrites> writes_of_steps(const CheckInput& in) {
    std::map<std::string, TableWrites> out;
    int number = 0;
    for (const auto& operation : in.plan.workload.operations) {
        for (const auto& step : operation.steps) {
            uint64_t rows = 0;
            for (int w = 0; w < in.memory.header().workers; ++w) {
                rows += in.memory.step(w, number).rows.load(std::memory_order_relaxed);
            }
            ++number;
            if (step.written_table.empty()) {
                continue;
            }
            TableWrites& writes = out[step.written_table];
            switch (step.kind) {
            case core::StatementKind::Insert:
                (is_upsert(step.sql) ? writes.upserts : writes.inserts) += rows;
                break;
            case core::StatementKind::Update:
                writes.updates += rows;
                break;
            case core::StatementKind::Delete:
                writes.deletes += rows;
                break;
            default:
                break;
            }
        }
    }
    return out;
}

/** Tables on which the server itself writes more than was asked: triggers, actions of keys. */
std::string tables_with_side_effects(const std::vector<std::string>& tables) {
    constexpr int kNamed = 3;
    std::string list;
    int count = 0;
    for (const auto& table : tables) {
        const SqlResult row = run_sql(
            "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass($1)"
            " AND NOT tgisinternal) OR EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND"
            " conrelid = to_regclass($1) AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN"
            " ('a', 'r')))"
            // a trigger on a table next to it may write here
            " OR EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN"
            " (SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid ="
            " to_regclass($1) UNION SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND"
            " confrelid = to_regclass($1)))",
            {table});
        if (!row.empty() && row.boolean(0, 0) && ++count <= kNamed) {
            list += (list.empty() ? "" : ", ") + table;
        }
    }
    if (count > kNamed) {
        list += " and " + std::to_string(count - kNamed) + " more";
    }
    return list;
}

void row_checks(const CheckInput& in, std::vector<Check>& out) {
    const auto writes = writes_of_steps(in);
    TableWrites ours;
    TableCounts server;
    std::vector<std::string> tables;
    std::string unknown;
    uint64_t short_inserts = 0; // of upserts that updated, per table
    std::string wrong[3];
    for (const auto& [table, w] : writes) {
        const auto actual = in.snapshots.written(table);
        if (!actual) {
            unknown += (unknown.empty() ? "" : ", ") + table;
            continue;
        }
        tables.push_back(table);
        server.inserted += actual->inserted;
        server.updated += actual->updated;
        server.deleted += actual->deleted;
        ours.inserts += w.inserts;
        ours.upserts += w.upserts;
        ours.updates += w.updates;
        ours.deletes += w.deletes;
        // An upsert's row is inserted or updated; a row that moves to another partition is deleted
        // and inserted where an update was asked.
        const auto inserted = static_cast<uint64_t>(std::max<int64_t>(actual->inserted, 0));
        const auto updated = static_cast<uint64_t>(std::max<int64_t>(actual->updated, 0));
        const auto deleted = static_cast<uint64_t>(std::max<int64_t>(actual->deleted, 0));
        const auto note = [&](std::string& list, uint64_t expected, uint64_t found) {
            list += table + ": " + text(expected) + " expected, " + text(found) + " counted. ";
        };
        const uint64_t moved = deleted > w.deletes ? deleted - w.deletes : 0;
        if (inserted < w.inserts ||
            inserted + updated < w.inserts + w.upserts + w.updates - std::min(moved, w.updates)) {
            note(wrong[0], w.inserts + w.upserts, inserted);
        }
        if (updated + moved < w.updates) {
            note(wrong[1], w.updates, updated);
        }
        if (deleted < w.deletes) {
            note(wrong[2], w.deletes, deleted);
        }
        short_inserts += w.upserts;
    }
    std::string why;
    const auto because = [&](const std::string& reason) {
        why += (why.empty() ? "" : "; ") + reason;
    };
    if (const std::string effects = tables_with_side_effects(tables); !effects.empty()) {
        because("triggers or key actions write, too (" + effects + ")");
    }
    if (in.counts.failed + in.counts.retries + in.counts.unfinished > 0) {
        because("what failed, was repeated or was cut off may have written before");
    }
    if (in.server.most_others() > 0) {
        because("other sessions were connected to the database");
    }
    const char* names[3] = {"rows inserted", "rows updated", "rows deleted"};
    const uint64_t expected[3] = {ours.inserts, ours.updates, ours.deletes};
    const int64_t actual[3] = {server.inserted, server.updated, server.deleted};
    for (int i = 0; i < 3; ++i) {
        Check check{names[i], "not checked", {}, {}, {}};
        if (in.server.incomplete()) {
            check.detail =
                "The statistics of the database were reset during the run, or could not be read.";
        } else if (tables.empty()) {
            check.detail = writes.empty()
                               ? "The workload writes no table."
                               : "The server's counters of " + unknown + " are not known.";
        } else {
            std::string reason = why;
            if (i < 2 && short_inserts > 0) {
                reason += (reason.empty() ? "" : "; ") + text(short_inserts) +
                          " rows of upserts were inserted or updated";
            }
            // Fewer in sum is judged table by table above.
            compare(check, expected[i], static_cast<uint64_t>(std::max<int64_t>(actual[i], 0)), 0,
                    reason, false);
            if (!wrong[i].empty()) {
                check.status = "failed";
            }
            check.detail = wrong[i] + check.detail;
            if (!unknown.empty()) {
                check.detail += " Not known: " + unknown + ".";
            }
        }
        out.push_back(std::move(check));
    }
}

Check statements(const CheckInput& in) {
    Check check{"statements", "not checked", {}, {}, {}};
    switch (in.snapshots.statements_state()) {
    case Snapshots::Statements::Absent:
        check.detail = "The extension pg_stat_statements is not in this database.";
        return check;
    case Snapshots::Statements::Unreadable:
        check.detail =
            "pg_stat_statements cannot be read: it is not preloaded, or not for this role.";
        return check;
    case Snapshots::Statements::Reset:
        check.detail = "pg_stat_statements was reset, or dropped entries, during the run.";
        return check;
    case Snapshots::Statements::Counted:
        break;
    }
    std::map<int64_t, uint64_t> executions;
    int number = 0;
    for (const auto& operation : in.plan.workload.operations) {
        for (size_t s = 0; s < operation.steps.size(); ++s, ++number) {
            for (int w = 0; w < in.memory.header().workers; ++w) {
                const StepCounters& step = in.memory.step(w, number);
                executions[step.query_id.load(std::memory_order_relaxed)] +=
                    step.executions.load(std::memory_order_relaxed);
            }
        }
    }
    if (executions[0] > 0) {
        check.detail = "The query ids of " + text(executions[0]) +
                       " executions are not known (compute_query_id is off).";
        return check;
    }
    executions.erase(0);
    uint64_t ours = 0;
    uint64_t actual = 0;
    std::string wrong;
    for (const auto& [id, count] : executions) {
        const double calls = in.snapshots.calls(id).value_or(0);
        ours += count;
        actual += static_cast<uint64_t>(calls);
        if (calls < static_cast<double>(count)) {
            wrong += "query " + std::to_string(id) + ": " + text(count) + " executed, " +
                     text(static_cast<uint64_t>(calls)) + " counted. ";
        }
    }
    std::string why;
    if (in.server.most_others() > 0) {
        why = "other sessions were connected to the database";
    } else if (in.counts.failed + in.counts.retries + in.counts.unfinished > 0) {
        why = "what failed or was cut off may have executed statements before";
    }
    compare(check, ours, actual, 0, why);
    if (!wrong.empty()) {
        check.status = "failed";
    }
    check.detail = wrong + check.detail;
    return check;
}

} // namespace

std::vector<Check> check_counts(const CheckInput& in) {
    std::vector<Check> out;
    out.push_back(operations_accounted(in.counts, in.memory.header().workers));
    out.push_back(histogram_total(in));
    out.push_back(transactions(in));
    in_transaction([&] { row_checks(in, out); });
    out.push_back(statements(in));
    return out;
}

} // namespace pg_stress::backend

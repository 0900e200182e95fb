// Part of the checks: rows without their parent, by anti-join. Zone: backend.
#include <algorithm>
#include <cstdint>
#include <set>

#include "backend/checks.hpp"
#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int64_t kStatementLimitMs = 5000;
constexpr int64_t kMostPages = 131072; // of a child table: 1 GB

/** statement_timeout is armed by the loop that serves clients; here it is by hand. */
class StatementLimit {
  public:
    explicit StatementLimit(int ms) { enable_timeout_after(STATEMENT_TIMEOUT, ms); }
    ~StatementLimit() { disable_timeout(STATEMENT_TIMEOUT, false); }
    StatementLimit(const StatementLimit&) = delete;
    StatementLimit& operator=(const StatementLimit&) = delete;
};

// One row per key: name, child, pages of the child, and the question whether an orphan exists.
// Keys of partitions are covered by their root's.
constexpr char kKeys[] =
    "WITH written AS (SELECT to_regclass(n)::oid AS relid FROM"
    " jsonb_array_elements_text($1::jsonb) AS n)"
    " SELECT quote_ident(c.conname), c.conrelid::regclass::text,"
    " greatest(child.relpages, (SELECT sum(p.relpages) FROM pg_partition_tree(c.conrelid) AS t"
    "  JOIN pg_class AS p ON p.oid = t.relid)),"
    " c.convalidated,"
    " format('SELECT EXISTS (SELECT FROM %s %s AS c WHERE %s AND NOT EXISTS (SELECT FROM %s %s AS "
    "p WHERE %s))',"
    "  CASE WHEN child.relkind = 'p' THEN '' ELSE 'ONLY' END, c.conrelid::regclass,"
    "  (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ')"
    "   FROM unnest(c.conkey) AS k JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum "
    "= k),"
    "  CASE WHEN parent.relkind = 'p' THEN '' ELSE 'ONLY' END, c.confrelid::regclass,"
    "  (SELECT string_agg(format('p.%I OPERATOR(%I.%s) c.%I', pa.attname, n.nspname, o.oprname, "
    "ca.attname), ' AND ')"
    "   FROM unnest(c.conkey, c.confkey, c.conpfeqop) AS k (child, parent, op)"
    "   JOIN pg_attribute AS ca ON ca.attrelid = c.conrelid AND ca.attnum = k.child"
    "   JOIN pg_attribute AS pa ON pa.attrelid = c.confrelid AND pa.attnum = k.parent"
    "   JOIN pg_operator AS o ON o.oid = k.op JOIN pg_namespace AS n ON n.oid = o.oprnamespace))"
    " FROM pg_constraint AS c JOIN pg_class AS child ON child.oid = c.conrelid"
    " JOIN pg_class AS parent ON parent.oid = c.confrelid"
    " WHERE c.contype = 'f' AND c.conparentid = 0"
    " AND (c.conrelid IN (SELECT relid FROM written) OR c.confrelid IN (SELECT relid FROM written))"
    " ORDER BY 3, 2, 1";

} // namespace

Check check_foreign_keys(const core::Workload& workload, double seconds) {
    Check check{"foreign keys", "not checked", {}, {}, {}};
    std::set<std::string> written;
    for (const auto& operation : workload.operations) {
        for (const auto& step : operation.steps) {
            if (!step.written_table.empty()) {
                written.insert(step.written_table);
            }
        }
    }
    core::Value names = core::Value::array();
    for (const auto& name : written) {
        names.add(core::Value::string(name));
    }
    const std::string list = names.to_json();
    const SqlResult found = in_transaction([&] { return run_sql(kKeys, {list}); });
    const int64_t end = monotonic_ns() + static_cast<int64_t>(seconds * 1e9);
    int checked = 0;
    int orphaned = 0;
    std::string broken;
    std::string skipped;
    for (size_t r = 0; r < found.size(); ++r) {
        const std::string key = found.text(r, 0) + " of " + found.text(r, 1);
        const auto skip = [&](const std::string& why) {
            skipped += (skipped.empty() ? "" : ", ") + key + " (" + why + ")";
        };
        const int64_t left_ms = (end - monotonic_ns()) / 1'000'000;
        if (!found.boolean(r, 3)) {
            skip("NOT VALID");
        } else if (found.integer(r, 2) > kMostPages) {
            skip("larger than 1 GB");
        } else if (left_ms < 1) {
            skip("no time left");
        } else {
            try {
                const bool orphan = in_transaction([&] {
                    // Without row security, which would hide parents: an error where it applies.
                    run_sql("SET LOCAL lock_timeout = '200ms'");
                    run_sql("SET LOCAL row_security = off");
                    const StatementLimit limit(
                        static_cast<int>(std::min(left_ms, kStatementLimitMs)));
                    return run_sql(found.text(r, 4)).boolean(0, 0);
                });
                ++checked;
                if (orphan) {
                    ++orphaned;
                    broken += (broken.empty() ? "" : ", ") + key;
                }
            } catch (const PgError& error) {
                skip(error.message);
            }
        }
    }
    if (checked > 0) {
        check.status = broken.empty() ? "passed" : "failed";
        check.expected = "0";
        check.actual = std::to_string(orphaned);
        check.detail = std::to_string(checked) + " keys were checked for rows without a parent.";
        if (!broken.empty()) {
            check.detail += " There are some for " + broken + ".";
        }
    } else if (found.empty()) {
        check.detail = "No foreign key touches a table that the workload writes.";
    }
    if (!skipped.empty()) {
        check.detail += (check.detail.empty() ? "Left out: " : " Left out: ") + skipped + ".";
    }
    return check;
}

} // namespace pg_stress::backend

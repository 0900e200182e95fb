#include "backend/snapshots.hpp"

#include <cstdint>
#include <set>

#include "core/value.hpp"

#include "backend/guard.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

// Counters of a table with its partitions and children; sizes by files (which takes a lock on each
// relation) or as last vacuumed or analysed.
std::string table_query(bool files) {
    const std::string size =
        files ? "sum(pg_table_size(t.relid))" : "sum(c.relpages::bigint * 8192)";
    const std::string indexes =
        files ? "sum(pg_indexes_size(t.relid))"
              : "sum((SELECT sum(i.relpages::bigint * 8192) FROM pg_index AS x JOIN pg_class AS i "
                "ON i.oid = x.indexrelid WHERE x.indrelid = t.relid))";
    return "WITH RECURSIVE tree AS ("
           " SELECT n AS name, to_regclass(n)::oid AS relid FROM unnest($1::text[]) AS n"
           " UNION SELECT t.name, i.inhrelid FROM pg_inherits AS i JOIN tree AS t ON i.inhparent = "
           "t.relid)"
           " SELECT t.name, sum(pg_stat_get_tuples_inserted(t.relid)),"
           " sum(pg_stat_get_tuples_updated(t.relid)), sum(pg_stat_get_tuples_deleted(t.relid)),"
           " jsonb_build_object("
           "'rows', sum(greatest(pg_stat_get_live_tuples(t.relid), c.reltuples::bigint, 0)),"
           "'dead_rows', sum(pg_stat_get_dead_tuples(t.relid)),"
           "'table_bytes', " +
           size + ", 'index_bytes', coalesce(" + indexes +
           ", 0),"
           "'inserted', sum(pg_stat_get_tuples_inserted(t.relid)),"
           "'updated', sum(pg_stat_get_tuples_updated(t.relid)),"
           "'deleted', sum(pg_stat_get_tuples_deleted(t.relid)),"
           "'hot_updated', sum(pg_stat_get_tuples_hot_updated(t.relid)),"
           "'seq_scans', sum(pg_stat_get_numscans(t.relid)),"
           "'seq_rows', sum(pg_stat_get_tuples_returned(t.relid)),"
           "'index_scans', coalesce(sum((SELECT sum(pg_stat_get_numscans(x.indexrelid)) FROM "
           "pg_index AS x WHERE x.indrelid = t.relid)), 0),"
           "'blocks_read', sum(pg_stat_get_blocks_fetched(t.relid) - "
           "pg_stat_get_blocks_hit(t.relid)),"
           "'blocks_hit', sum(pg_stat_get_blocks_hit(t.relid)),"
           "'vacuums', sum(pg_stat_get_vacuum_count(t.relid) + "
           "pg_stat_get_autovacuum_count(t.relid)),"
           "'analyzes', sum(pg_stat_get_analyze_count(t.relid) + "
           "pg_stat_get_autoanalyze_count(t.relid)))::text"
           " FROM tree AS t JOIN pg_class AS c ON c.oid = t.relid WHERE c.relkind IN ('r', 'p')"
           " GROUP BY t.name";
}

// Hashes of what makes two runs comparable. Sizes and row estimates stand for the data: reading all
// of it would change the state of the cache that the run is to find.
constexpr char kFingerprints[] =
    "WITH t AS (SELECT n AS name, to_regclass(n)::oid AS relid FROM unnest($1::text[]) AS n),"
    " shape AS ("
    " SELECT t.name || ' column ' || a.attnum || ' ' || a.attname || ' ' || "
    "format_type(a.atttypid, a.atttypmod)"
    "  || ' ' || a.attnotnull || ' ' || a.attgenerated::text || ' ' || a.attidentity::text AS line"
    "  FROM t JOIN pg_attribute AS a ON a.attrelid = t.relid WHERE a.attnum > 0 AND NOT "
    "a.attisdropped"
    " UNION ALL SELECT t.name || ' constraint ' || c.conname || ' ' || c.contype::text || ' ' || "
    "c.conkey::text || ' '"
    "  || coalesce(c.confrelid::regclass::text, '') || ' ' || coalesce(c.confkey::text, '')"
    "  FROM t JOIN pg_constraint AS c ON c.conrelid = t.relid"
    " UNION ALL SELECT t.name || ' index ' || x.indkey::text || ' ' || x.indisunique || ' ' || "
    "x.indclass::text"
    "  || ' ' || coalesce(md5(x.indpred::text), '') FROM t JOIN pg_index AS x ON x.indrelid = "
    "t.relid)"
    " SELECT (SELECT md5(string_agg(line, chr(10) ORDER BY line COLLATE \"C\")) FROM shape),"
    " (SELECT md5(string_agg(format('%s %s %s %s %s %s', t.name, s.attname, s.null_frac, "
    "s.avg_width, s.n_distinct, s.correlation),"
    "   chr(10) ORDER BY t.name COLLATE \"C\", s.attname COLLATE \"C\"))"
    "  FROM t JOIN pg_class AS c ON c.oid = t.relid JOIN pg_namespace AS n ON n.oid = "
    "c.relnamespace"
    "  JOIN pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname),"
    " (SELECT md5(string_agg(format('%s %s %s', t.name, c.relpages, c.reltuples), chr(10) ORDER BY "
    "t.name COLLATE \"C\"))"
    "  FROM t JOIN pg_class AS c ON c.oid = t.relid)";

std::string text_array(const std::vector<std::string>& items) {
    std::string out = "{";
    for (const auto& item : items) {
        out += out.size() > 1 ? ",\"" : "\"";
        for (char c : item) {
            if (c == '"' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

/** Locks of other sessions must not hold the coordinator. */
void short_lock_timeout() { run_sql("SET LOCAL lock_timeout = '100ms'"); }

} // namespace

Snapshots::Snapshots(int64_t run_id, Oid role, const core::Workload& workload)
    : run_id_(run_id), role_(role) {
    std::set<std::string> names;
    for (const auto& operation : workload.operations) {
        names.insert(operation.tables.begin(), operation.tables.end());
        for (const auto& step : operation.steps) {
            if (!step.written_table.empty()) {
                names.insert(step.written_table);
            }
        }
    }
    for (const auto& name : names) {
        if (tables_.size() == kMostTables) {
            tables_cut_ = true;
            break;
        }
        tables_.push_back(name);
    }
}

// What this process has set for itself is not the run's setting.
void Snapshots::settings(bool after) {
    in_transaction([&] {
        const SqlResult rows =
            run_sql("SELECT array_agg(name ORDER BY name)::text,"
                    " array_agg(CASE WHEN source = 'session' THEN reset_val ELSE setting END ORDER "
                    "BY name)::text,"
                    " array_agg(unit ORDER BY name)::text, array_agg(source ORDER BY name)::text,"
                    " array_agg(setting IS NOT DISTINCT FROM boot_val ORDER BY name)::text"
                    " FROM pg_settings WHERE name NOT IN ('application_name', 'search_path', "
                    "'lock_timeout')"
                    " AND name NOT LIKE 'transaction\\_%'");
        const OwnerRights owner;
        if (after) {
            run_sql("UPDATE pg_stress.recorded_setting AS r SET after = n.value"
                    " FROM unnest($2::text[], $3::text[]) AS n (name, value)"
                    " WHERE r.run_id = $1::bigint AND r.name = n.name",
                    {to_text(run_id_), rows.at(0, 0), rows.at(0, 1)});
            return;
        }
        run_sql("INSERT INTO pg_stress.recorded_setting"
                " (run_id, name, before, unit, source, is_default)"
                " SELECT $1::bigint, n.* FROM unnest($2::text[], $3::text[], $4::text[],"
                " $5::text[], $6::boolean[]) AS n ON CONFLICT DO NOTHING",
                {to_text(run_id_), rows.at(0, 0), rows.at(0, 1), rows.at(0, 2), rows.at(0, 3),
                 rows.at(0, 4)});
    });
}

void Snapshots::table_statistics(bool after) {
    auto& counts = after ? after_ : before_;
    const auto take = [&](bool files) {
        in_transaction([&] {
            call([&] { pgstat_clear_snapshot(); });
            short_lock_timeout();
            const SqlResult rows = run_sql(table_query(files), {text_array(tables_)});
            std::vector<std::string> names, documents;
            for (size_t r = 0; r < rows.size(); ++r) {
                counts[rows.text(r, 0)] = {rows.integer(r, 1), rows.integer(r, 2),
                                           rows.integer(r, 3)};
                names.push_back(rows.text(r, 0));
                documents.push_back(rows.text(r, 4));
            }
            const OwnerRights owner;
            run_sql(after ? "UPDATE pg_stress.recorded_table AS r SET after = n.document::jsonb"
                            " FROM unnest($2::text[], $3::text[]) AS n (name, document)"
                            " WHERE r.run_id = $1::bigint AND r.table_name = n.name"
                          : "INSERT INTO pg_stress.recorded_table (run_id, table_name, before)"
                            " SELECT $1::bigint, n.name, n.document::jsonb"
                            " FROM unnest($2::text[], $3::text[]) AS n (name, document)"
                            " ON CONFLICT DO NOTHING",
                    {to_text(run_id_), text_array(names), text_array(documents)});
        });
    };
    if (tables_.empty()) {
        return;
    }
    try {
        take(true);
    } catch (const PgError&) { // a locked table, or one that is gone: what needs no lock then
        counts.clear();
        take(false);
    }
}

void Snapshots::fingerprints() {
    in_transaction([&] {
        short_lock_timeout();
        const SqlResult hash = run_sql(kFingerprints, {text_array(tables_)});
        const OwnerRights owner;
        run_sql("UPDATE pg_stress.recorded_run SET schema_fingerprint = $2,"
                " statistics_fingerprint = $3, data_fingerprint = $4 WHERE run_id = $1::bigint",
                {to_text(run_id_), hash.at(0, 0), hash.at(0, 1), hash.at(0, 2)});
    });
}

void Snapshots::statements(bool after) {
    if (after && statements_ != Statements::Counted) {
        return;
    }
    auto& counts = after ? statements_after_ : statements_before_;
    try {
        in_transaction([&] {
            const SqlResult place =
                run_sql("SELECT quote_ident(n.nspname), to_regclass(quote_ident(n.nspname) ||"
                        " '.pg_stat_statements_info') IS NOT NULL FROM pg_extension AS e"
                        " JOIN pg_namespace AS n ON n.oid = e.extnamespace"
                        " WHERE e.extname = 'pg_stat_statements'");
            if (place.empty()) {
                return;
            }
            statements_ = Statements::Unreadable; // until it was read
            std::string reset = "-";
            if (place.boolean(0, 1)) {
                const SqlResult info = run_sql("SELECT stats_reset::text || ' ' || dealloc FROM " +
                                               place.text(0, 0) + ".pg_stat_statements_info");
                reset = info.empty() ? "-" : info.text(0, 0);
            }
            if (after && reset != statements_reset_) {
                statements_ = Statements::Reset;
                return;
            }
            statements_reset_ = reset;
            // Columns differ between versions of that extension: whatever is a sum is taken.
            const SqlResult rows = run_sql(
                "SELECT s.queryid, c.key, sum(c.value::float8) FROM " + place.text(0, 0) +
                    ".pg_stat_statements(false) AS s, jsonb_each_text(to_jsonb(s)) AS c"
                    " WHERE s.dbid = $1::oid AND s.userid = $2::oid AND s.queryid IS NOT NULL"
                    " AND (c.key IN ('calls', 'rows', 'plans', 'total_exec_time', "
                    "'total_plan_time',"
                    " 'wal_records', 'wal_bytes') OR c.key ~ '^(shared|local|temp)_blks?_')"
                    " AND c.value IS NOT NULL GROUP BY s.queryid, c.key",
                {to_text(static_cast<int64_t>(MyDatabaseId)),
                 to_text(static_cast<int64_t>(role_))});
            for (size_t r = 0; r < rows.size(); ++r) {
                counts[rows.integer(r, 0)][rows.text(r, 1)] = rows.number(r, 2);
            }
            statements_ = Statements::Counted;
        });
    } catch (const PgError&) { // not preloaded, or not for this role
        statements_ = Statements::Unreadable;
    }
}

std::optional<TableCounts> Snapshots::written(const std::string& table) const {
    const auto before = before_.find(table);
    const auto after = after_.find(table);
    if (before == before_.end() || after == after_.end()) {
        return std::nullopt;
    }
    return TableCounts{after->second.inserted - before->second.inserted,
                       after->second.updated - before->second.updated,
                       after->second.deleted - before->second.deleted};
}

std::optional<double> Snapshots::calls(int64_t query_id) const {
    const auto after = statements_after_.find(query_id);
    if (after == statements_after_.end()) {
        return std::nullopt;
    }
    const auto value = [](const auto& counters) {
        const auto found = counters.find("calls");
        return found == counters.end() ? 0.0 : found->second;
    };
    const auto before = statements_before_.find(query_id);
    return value(after->second) -
           (before == statements_before_.end() ? 0.0 : value(before->second));
}

std::optional<std::string> Snapshots::statement_figures(int64_t query_id) const {
    const auto after = statements_after_.find(query_id);
    if (after == statements_after_.end()) {
        return std::nullopt;
    }
    core::Value out = core::Value::object();
    const auto before = statements_before_.find(query_id);
    for (const auto& [name, now] : after->second) {
        double more = now;
        if (before != statements_before_.end()) {
            const auto then = before->second.find(name);
            more -= then == before->second.end() ? 0 : then->second;
        }
        out.set(name, core::Value::number(more));
    }
    return out.to_json();
}

} // namespace pg_stress::backend

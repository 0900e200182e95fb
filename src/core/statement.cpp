#include "core/statement.hpp"

#include <algorithm>
#include <cstdint>

namespace pg_stress::core {

namespace {

constexpr size_t kShownColumns = 12;

std::string dotted(const std::string& alias, const Column& column) {
    return alias.empty() ? quote_name(column.name) : alias + "." + quote_name(column.name);
}

} // namespace

std::string Statement::bind_new(Source source) {
    sources_.push_back(std::move(source));
    return "$" + std::to_string(sources_.size());
}

std::string Statement::bind(Source source) {
    const bool repeatable = source.kind == SourceKind::Column || source.kind == SourceKind::Result;
    const auto found = std::find(sources_.begin(), sources_.end(), source);
    if (repeatable && found != sources_.end()) {
        return "$" + std::to_string(found - sources_.begin() + 1);
    }
    return bind_new(std::move(source));
}

Step Statement::step(std::string sql, int64_t limit) && {
    Step out;
    out.sql = std::move(sql);
    out.parameters = std::move(sources_);
    out.limit = limit;
    return out;
}

Source column_source(const TableFacts& facts, const Column& column, int pick, Skew skew) {
    Source source;
    source.kind = SourceKind::Column;
    source.table = facts.name;
    source.column = column.name;
    source.pick = pick;
    source.skew = skew;
    return source;
}

Source random_source(double low, double high, Distribution distribution) {
    Source source;
    source.kind = SourceKind::Random;
    source.low = low;
    source.high = std::max(low, high);
    source.distribution = distribution;
    return source;
}

Source result_source(int step, const Column& column) {
    Source source;
    source.kind = SourceKind::Result;
    source.step = step;
    source.column = column.name;
    return source;
}

Source now_source() {
    Source source;
    source.kind = SourceKind::Now;
    return source;
}

std::vector<const Column*> columns_by_number(const Table& table,
                                             const std::vector<int16_t>& numbers) {
    std::vector<const Column*> out;
    for (const int16_t number : numbers) {
        if (const Column* column = table.column(number)) {
            out.push_back(column);
        }
    }
    return out;
}

std::string column_list(const std::vector<const Column*>& columns, const std::string& alias) {
    std::string out;
    for (const Column* column : columns) {
        out += (out.empty() ? "" : ", ") + dotted(alias, *column);
    }
    return out;
}

std::vector<const Column*> shown_columns(const TableFacts& facts) {
    std::vector<const Column*> out;
    size_t others = 0;
    for (const Column& column : facts.table->columns) {
        if (facts.use(column).key || others < kShownColumns) {
            out.push_back(&column);
            others += facts.use(column).key ? 0 : 1;
        }
    }
    return out;
}

std::string key_equals(Statement& statement, const TableFacts& facts, Pick pick,
                       const std::string& alias) {
    std::string out;
    for (const Column* column : facts.key) {
        Source source = column_source(facts, *column, pick.number, pick.skew);
        source.reserved = pick.reserved;
        out += (out.empty() ? "" : " AND ") + dotted(alias, *column) + " = " +
               statement.bind(std::move(source));
    }
    return out;
}

std::string key_from(Statement& statement, const TableFacts& facts, const char* comparison,
                     Pick pick, const std::string& alias) {
    std::string values;
    for (const Column* column : facts.key) {
        values += (values.empty() ? "" : ", ") +
                  statement.bind(column_source(facts, *column, pick.number, pick.skew));
    }
    const std::string columns = column_list(facts.key, alias);
    return facts.key.size() == 1 ? columns + " " + comparison + " " + values
                                 : "(" + columns + ") " + comparison + " (" + values + ")";
}

std::string key_order(const TableFacts& facts, const std::string& alias, bool descending) {
    std::string out;
    for (const Column* column : facts.key) {
        out += (out.empty() ? "" : ", ") + dotted(alias, *column) + (descending ? " DESC" : "");
    }
    return out;
}

std::string bounded_rows(Statement& statement, const TableFacts& facts,
                         const std::vector<const Column*>& columns, int rows,
                         const std::string& condition) {
    std::string sql = "(SELECT " + column_list(columns) + " FROM " + facts.name;
    std::string where = condition;
    if (!facts.key.empty() && !facts.empty) {
        where = key_from(statement, facts, ">=", {0, Skew::Uniform, false}) +
                (where.empty() ? "" : " AND " + where);
    }
    sql += where.empty() ? "" : " WHERE " + where;
    if (!facts.key.empty()) {
        sql += " ORDER BY " + key_order(facts);
    }
    return sql + " LIMIT " + std::to_string(rows) + ")";
}

std::string join_condition(const SchemaFacts& schema, const ForeignKey& key,
                           const std::string& parent, const std::string& child) {
    const auto parents = columns_by_number(*schema.at(key.parent).table, key.parent_columns);
    const auto children = columns_by_number(*schema.at(key.child).table, key.columns);
    std::string out;
    for (size_t i = 0; i < parents.size() && i < children.size(); ++i) {
        out += (i == 0 ? "" : " AND ") + dotted(parent, *parents[i]) + " = " +
               dotted(child, *children[i]);
    }
    return out;
}

void add_column(std::vector<const Column*>& columns, const Column* column) {
    if (column != nullptr && std::find(columns.begin(), columns.end(), column) == columns.end()) {
        columns.push_back(column);
    }
}

} // namespace pg_stress::core

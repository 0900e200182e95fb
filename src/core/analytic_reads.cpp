// Figures over bounded parts of one table, and walks of a tree. Zone: core.
#include <algorithm>
#include <cstdint>

#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

bool in_key_order(const TableFacts& facts) {
    return !facts.key.empty() && !facts.empty && facts.table->kind != TableKind::Foreign;
}

/** Types for which GROUP BY and DISTINCT are defined. */
bool groups(const Column& column) {
    switch (column.family) {
    case TypeFamily::Boolean:
    case TypeFamily::Integer:
    case TypeFamily::Numeric:
    case TypeFamily::Text:
    case TypeFamily::Date:
    case TypeFamily::Timestamp:
    case TypeFamily::Uuid:
    case TypeFamily::Enum:
        return true;
    default:
        return false;
    }
}

const ForeignKey* self_key(const SchemaFacts& schema, const TableFacts& facts) {
    for (const int number : facts.table->foreign_keys) {
        if (schema.key(number).self()) {
            return &schema.key(number);
        }
    }
    return nullptr;
}

} // namespace

PGS_FAMILY(window) {
    (void)scene;
    (void)why;
    if (!in_key_order(facts) || facts.number == nullptr) {
        return false;
    }
    std::vector<const Column*> columns = facts.key;
    add_column(columns, facts.number);
    add_column(columns, facts.status);
    const std::string number = quote_name(facts.number->name);
    const std::string part =
        facts.status != nullptr ? "PARTITION BY " + quote_name(facts.status->name) + " " : "";
    Statement statement;
    const std::string rows = bounded_rows(statement, facts, columns, 100);
    operation.steps.push_back(std::move(statement).step(
        "SELECT " + column_list(columns) + ", row_number() OVER (" + part + "ORDER BY " + number +
        " DESC) AS place, sum(" + number + ") OVER (" + part + "ORDER BY " + key_order(facts) +
        ") AS running, avg(" + number + ") OVER (ORDER BY " + key_order(facts) +
        " ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS smooth FROM " + rows + " AS part"));
    return true;
}

PGS_FAMILY(time_bucket) {
    (void)why;
    if (!in_key_order(facts) || facts.time == nullptr) {
        return false;
    }
    const std::string time = quote_name(facts.time->name);
    std::vector<const Column*> columns = {facts.time};
    add_column(columns, facts.number);
    Statement statement;
    std::string rows;
    if (scene.schema.index_on(facts, *facts.time, AccessMethod::Btree) != nullptr) {
        rows = "(SELECT " + column_list(columns) + " FROM " + facts.name + " WHERE " + time +
               " >= " + statement.bind(column_source(facts, *facts.time, 0, Skew::Uniform)) +
               " ORDER BY " + time + " LIMIT 500)";
    } else {
        rows = bounded_rows(statement, facts, columns, 500);
    }
    std::string figures = "count(*) AS rows";
    if (facts.number != nullptr) {
        figures += ", sum(" + quote_name(facts.number->name) + ") AS total";
    }
    operation.steps.push_back(std::move(statement).step("SELECT date_trunc('day', " + time +
                                                        ") AS bucket, " + figures + " FROM " +
                                                        rows + " AS part GROUP BY 1 ORDER BY 1"));
    return true;
}

PGS_FAMILY(count_by_status) {
    (void)scene;
    (void)why;
    if (!in_key_order(facts) || facts.status == nullptr) {
        return false;
    }
    Statement statement;
    const std::string rows = bounded_rows(statement, facts, {facts.status}, 500);
    const std::string status = quote_name(facts.status->name);
    operation.steps.push_back(
        std::move(statement).step("SELECT " + status + ", count(*) AS rows FROM " + rows +
                                  " AS part GROUP BY " + status + " ORDER BY 2 DESC"));
    return true;
}

PGS_FAMILY(distinct_values) {
    (void)scene;
    (void)why;
    if (!in_key_order(facts)) {
        return false;
    }
    for (const Column& column : facts.table->columns) {
        const ColumnUse& use = facts.use(column);
        if (groups(column) && !use.key && !use.unique && &column != facts.status) {
            Statement statement;
            const std::string rows = bounded_rows(statement, facts, {&column}, 500);
            operation.steps.push_back(std::move(statement).step(
                "SELECT DISTINCT " + quote_name(column.name) + " FROM " + rows + " AS part"));
            return true;
        }
    }
    return false;
}

PGS_FAMILY(child_summary) {
    (void)why;
    const int number = scene.schema.best_parent_key(facts);
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    const auto columns = columns_by_number(*facts.table, key.columns);
    std::vector<const Column*> inner = columns;
    add_column(inner, facts.number);
    add_column(inner, facts.time);
    Statement statement;
    std::string where;
    for (const Column* column : columns) {
        where += (where.empty() ? "" : " AND ") + quote_name(column->name) + " = " +
                 statement.bind(column_source(facts, *column));
    }
    std::string figures = "count(*) AS rows";
    if (facts.number != nullptr) {
        const std::string name = quote_name(facts.number->name);
        figures += ", sum(" + name + ") AS total, avg(" + name + ") AS mean";
    }
    if (facts.time != nullptr) {
        figures += ", max(" + quote_name(facts.time->name) + ") AS newest";
    }
    operation.steps.push_back(std::move(statement).step(
        "SELECT " + figures + " FROM (SELECT " + column_list(inner) + " FROM " + facts.name +
        " WHERE " + where + " LIMIT 1000) AS part"));
    return true;
}

PGS_FAMILY(count_estimate) {
    (void)scene;
    (void)why;
    if (!facts.big || facts.table->kind == TableKind::Foreign) {
        return false; // who counts a small table counts it
    }
    Source source;
    source.value = facts.name;
    source.type = "text";
    Statement statement;
    const std::string name = statement.bind(std::move(source));
    operation.steps.push_back(std::move(statement).step(
        "SELECT reltuples::bigint AS estimate FROM pg_catalog.pg_class WHERE oid = " + name +
        "::text::regclass"));
    return true;
}

PGS_FAMILY(tree_walk) {
    const ForeignKey* key = self_key(scene.schema, facts);
    if (key == nullptr || !in_key_order(facts)) {
        return false;
    }
    std::vector<const Column*> columns = facts.key;
    for (const int16_t number : key->columns) {
        add_column(columns, facts.table->column(number));
    }
    for (const int16_t number : key->parent_columns) {
        add_column(columns, facts.table->column(number));
    }
    add_column(columns, facts.label);
    const bool down = scene.schema.served(facts, key->columns);
    if (!down) {
        why.constraint = key->name;
        why.reason = "no index serves the step to the children: the tree is walked upwards only";
    }
    Statement statement;
    const std::string start = key_equals(statement, facts, {}, "n");
    const std::string join = down ? join_condition(scene.schema, *key, "tree", "n")
                                  : join_condition(scene.schema, *key, "n", "tree");
    operation.steps.push_back(std::move(statement).step(
        "WITH RECURSIVE tree AS (SELECT " + column_list(columns, "n") + ", 1 AS depth FROM " +
        facts.name + " AS n WHERE " + start + " UNION ALL SELECT " + column_list(columns, "n") +
        ", tree.depth + 1 FROM " + facts.name + " AS n JOIN tree ON " + join +
        " WHERE tree.depth < 6) SELECT " + column_list(columns) + ", depth FROM tree LIMIT 200"));
    return true;
}

} // namespace pg_stress::core

// Reads across a foreign key, each over a bounded number of rows. Zone: core.
#include <algorithm>

#include "core/classifier.hpp"
#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

constexpr double kShownFanOut = 500;

std::vector<const Column*> pointing(const SchemaFacts& schema, const ForeignKey& key) {
    return columns_by_number(*schema.at(key.child).table, key.columns);
}

std::vector<const Column*> pointed(const SchemaFacts& schema, const ForeignKey& key) {
    return columns_by_number(*schema.at(key.parent).table, key.parent_columns);
}

/** "c.a = $1 AND ..." where the values are those of a sampled child: some rows are found. */
std::string of_sampled_parent(Statement& statement, const SchemaFacts& schema,
                              const ForeignKey& key, const std::string& alias) {
    std::string out;
    for (const Column* column : pointing(schema, key)) {
        out += (out.empty() ? "" : " AND ") + (alias.empty() ? "" : alias + ".") +
               quote_name(column->name) + " = " +
               statement.bind(column_source(schema.at(key.child), *column));
    }
    return out;
}

/** Parents in key order, from one on that has a child where the key points to the primary key. */
std::string some_parents(Statement& statement, const SchemaFacts& schema, const ForeignKey& key,
                         int rows) {
    const TableFacts& parent = schema.at(key.parent);
    std::vector<const Column*> columns = parent.key;
    for (const Column* column : pointed(schema, key)) {
        add_column(columns, column);
    }
    add_column(columns, parent.label);
    return bounded_rows(statement, parent, columns, rows);
}

void touch(const SchemaFacts& schema, const ForeignKey& key, Operation& operation) {
    for (const int table : {key.parent, key.child}) {
        const std::string& name = schema.at(table).name;
        if (std::find(operation.tables.begin(), operation.tables.end(), name) ==
            operation.tables.end()) {
            operation.tables.push_back(name);
        }
    }
}

/** Newest first where a time tells, else by key. */
std::string newest_first(const TableFacts& facts, const std::string& alias = {}) {
    const std::string dot = alias.empty() ? "" : alias + ".";
    if (facts.time != nullptr) {
        return dot + quote_name(facts.time->name) + " DESC";
    }
    return facts.key.empty() ? dot + quote_name(facts.table->columns[0].name)
                             : key_order(facts, alias, true);
}

std::vector<const Column*> shown_children(const TableFacts& facts) {
    std::vector<const Column*> columns = shown_columns(facts);
    add_column(columns, facts.time);
    return columns;
}

} // namespace

PGS_FAMILY(children_read) {
    (void)why;
    const int number = scene.schema.best_parent_key(facts);
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    Statement statement;
    std::string sql = "SELECT " + column_list(shown_columns(facts)) + " FROM " + facts.name +
                      " WHERE " + of_sampled_parent(statement, scene.schema, key, {}) + " LIMIT " +
                      statement.bind(random_source(10, 50));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(exists) {
    (void)why;
    const int number = scene.schema.best_child_key(facts, 1e18);
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    const auto columns = pointed(scene.schema, key);
    const auto children = pointing(scene.schema, key);
    Statement statement;
    // From the parent of a sampled child on, so that at least that one is found.
    std::string values;
    for (const Column* part : facts.key) {
        for (size_t i = 0; i < columns.size(); ++i) {
            if (columns[i] == part) {
                values += (values.empty() ? "" : ", ") +
                          statement.bind(column_source(scene.schema.at(key.child), *children[i], 0,
                                                       Skew::Uniform));
            }
        }
    }
    const std::string keys = column_list(facts.key);
    const bool single = facts.key.size() == 1;
    std::string sql = "SELECT " + column_list(facts.key, "p") + " FROM (SELECT " + keys + " FROM " +
                      facts.name + " WHERE " + (single ? keys : "(" + keys + ")") +
                      " >= " + (single ? values : "(" + values + ")") + " ORDER BY " +
                      key_order(facts) + " LIMIT 50) AS p WHERE EXISTS (SELECT 1 FROM " +
                      scene.schema.at(key.child).name + " AS c WHERE " +
                      join_condition(scene.schema, key, "p", "c") + ") LIMIT " +
                      statement.bind(random_source(5, 20));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    touch(scene.schema, key, operation);
    return true;
}

PGS_FAMILY(not_exists) {
    (void)why;
    const int number = scene.schema.best_child_key(facts, 1e18);
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    Statement statement;
    const std::string parents = some_parents(statement, scene.schema, key, 50);
    operation.steps.push_back(std::move(statement).step(
        "SELECT count(*) FROM " + parents + " AS p WHERE NOT EXISTS (SELECT 1 FROM " +
        scene.schema.at(key.child).name + " AS c WHERE " +
        join_condition(scene.schema, key, "p", "c") + ")"));
    touch(scene.schema, key, operation);
    return true;
}

PGS_FAMILY(anti_join) {
    (void)why;
    const int number = scene.schema.best_child_key(facts, kShownFanOut);
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    Statement statement;
    const std::string parents = some_parents(statement, scene.schema, key, 50);
    operation.steps.push_back(std::move(statement).step(
        "SELECT count(*) FROM " + parents + " AS p LEFT JOIN " + scene.schema.at(key.child).name +
        " AS c ON " + join_condition(scene.schema, key, "p", "c") + " WHERE c." +
        quote_name(pointing(scene.schema, key)[0]->name) + " IS NULL"));
    touch(scene.schema, key, operation);
    return true;
}

PGS_FAMILY(top_n_per_group) {
    (void)why;
    const int number = scene.schema.best_child_key(facts, 1e18);
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    const TableFacts& child = scene.schema.at(key.child);
    const auto columns = shown_children(child);
    Statement statement;
    const std::string parents = some_parents(statement, scene.schema, key, 5);
    operation.steps.push_back(std::move(statement).step(
        "SELECT " + column_list(facts.key, "p") + ", top.* FROM " + parents +
        " AS p LEFT JOIN LATERAL (SELECT " + column_list(columns, "c") + " FROM (SELECT " +
        column_list(columns, "x") + " FROM " + child.name + " AS x WHERE " +
        join_condition(scene.schema, key, "p", "x") + " LIMIT 200) AS c ORDER BY " +
        newest_first(child, "c") + " LIMIT 3) AS top ON true"));
    touch(scene.schema, key, operation);
    return true;
}

PGS_FAMILY(latest_per_parent) {
    (void)why;
    const int number = scene.schema.best_parent_key(facts);
    if (number < 0 || facts.time == nullptr) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    const auto columns = shown_children(facts);
    const Column& first = *pointing(scene.schema, key)[0];
    // An index on (key, time) gives the newest of any parent; else at most 200 are sorted.
    const bool ordered = key.columns.size() == 1 &&
                         scene.schema.served(facts, {first.number, facts.time->number}) &&
                         facts.big;
    Statement statement;
    const std::string where = of_sampled_parent(statement, scene.schema, key, {});
    std::string from = facts.name + " WHERE " + where;
    if (!ordered) {
        from = "(SELECT " + column_list(columns) + " FROM " + from + " LIMIT 200) AS c";
    }
    operation.steps.push_back(std::move(statement).step("SELECT " + column_list(columns) +
                                                        " FROM " + from + " ORDER BY " +
                                                        newest_first(facts) + " LIMIT 1"));
    return true;
}

PGS_FAMILY(report_join) {
    (void)why;
    const int number = scene.schema.best_parent_key(facts);
    if (number < 0 || facts.key.empty()) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    const TableFacts& parent = scene.schema.at(key.parent);
    std::vector<const Column*> columns = pointing(scene.schema, key);
    add_column(columns, facts.number);
    std::vector<const Column*> groups = pointed(scene.schema, key);
    add_column(groups, parent.label);
    std::string figures = "count(*) AS rows";
    if (facts.number != nullptr) {
        figures += ", sum(c." + quote_name(facts.number->name) + ") AS total";
    }
    // A second parent makes it a report over three tables.
    std::string second_join;
    for (const int other : facts.table->foreign_keys) {
        const ForeignKey& second = scene.schema.key(other);
        if (other != number && second.parent != key.parent && scene.schema.joinable(second)) {
            for (const Column* column : pointing(scene.schema, second)) {
                add_column(columns, column);
            }
            second_join = " LEFT JOIN " + scene.schema.at(second.parent).name + " AS q ON " +
                          join_condition(scene.schema, second, "q", "c");
            figures += ", count(DISTINCT q." + quote_name(pointed(scene.schema, second)[0]->name) +
                       ") AS others";
            touch(scene.schema, second, operation);
            break;
        }
    }
    Statement statement;
    const std::string rows = bounded_rows(statement, facts, columns, 200);
    operation.steps.push_back(std::move(statement).step(
        "SELECT " + column_list(groups, "p") + ", " + figures + " FROM " + rows +
        " AS c LEFT JOIN " + parent.name + " AS p ON " +
        join_condition(scene.schema, key, "p", "c") + second_join + " GROUP BY " +
        column_list(groups, "p") + " ORDER BY count(*) DESC LIMIT 20"));
    touch(scene.schema, key, operation);
    return true;
}

} // namespace pg_stress::core

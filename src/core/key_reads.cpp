// Reads of one table by its keys and by ranges. Zone: core.
#include <algorithm>

#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

bool by_key(const TableFacts& facts) {
    return !facts.key.empty() && !facts.empty && facts.table->kind != TableKind::Foreign;
}

std::string select_from(const TableFacts& facts) {
    return "SELECT " + column_list(shown_columns(facts)) + " FROM " + facts.name;
}

/** The leading column of a plain index besides the key, by which ranges can be read. */
const Column* range_column(const TableFacts& facts) {
    for (const Index& index : facts.table->indexes) {
        if (!index.valid || index.partial || index.method != AccessMethod::Btree ||
            index.columns.empty()) {
            continue;
        }
        const Column* column = facts.table->column(index.columns[0]);
        if (column == nullptr || facts.use(*column).key || facts.use(*column).foreign) {
            continue;
        }
        switch (column->family) {
        case TypeFamily::Timestamp:
        case TypeFamily::Date:
        case TypeFamily::Integer:
        case TypeFamily::Numeric:
        case TypeFamily::Text:
            return column;
        default:
            break;
        }
    }
    return nullptr;
}

} // namespace

PGS_FAMILY(point_read) {
    (void)scene;
    (void)why;
    if (!by_key(facts)) {
        return false;
    }
    Statement statement;
    const std::string where = key_equals(statement, facts, {});
    operation.steps.push_back(std::move(statement).step(select_from(facts) + " WHERE " + where));
    return true;
}

PGS_FAMILY(unique_read) {
    (void)scene;
    (void)why;
    if (facts.empty || facts.table->kind == TableKind::Foreign) {
        return false;
    }
    for (const Index& index : facts.table->indexes) {
        if (!index.unique || !index.valid || index.partial || index.expression) {
            continue;
        }
        const auto columns = columns_by_number(*facts.table, index.columns);
        const bool is_key = std::all_of(columns.begin(), columns.end(),
                                        [&](const Column* c) { return facts.use(*c).key; });
        if (columns.empty() || is_key) {
            continue;
        }
        Statement statement;
        std::string where;
        for (const Column* column : columns) {
            where += (where.empty() ? "" : " AND ") + quote_name(column->name) + " = " +
                     statement.bind(column_source(facts, *column));
        }
        operation.steps.push_back(
            std::move(statement).step(select_from(facts) + " WHERE " + where));
        return true;
    }
    return false;
}

PGS_FAMILY(range_read) {
    (void)scene;
    (void)why;
    if (facts.empty) {
        return false;
    }
    Statement statement;
    std::string sql = select_from(facts);
    const Column* column = facts.table->kind == TableKind::Foreign ? nullptr : range_column(facts);
    if (column != nullptr) {
        sql += " WHERE " + quote_name(column->name) +
               " >= " + statement.bind(column_source(facts, *column, 0, Skew::Uniform)) +
               " ORDER BY " + quote_name(column->name);
    } else if (by_key(facts)) {
        sql += " WHERE " + key_from(statement, facts, ">=", {0, Skew::Uniform, false}) +
               " ORDER BY " + key_order(facts);
    }
    sql += " LIMIT " + statement.bind(random_source(10, 50));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(keyset_page) {
    (void)scene;
    (void)why;
    if (!by_key(facts)) {
        return false;
    }
    Statement statement;
    std::string sql = select_from(facts) + " WHERE " + key_from(statement, facts, "<=", {});
    sql += " ORDER BY " + key_order(facts, {}, true) + " LIMIT " +
           statement.bind(random_source(10, 25));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(offset_page) {
    (void)scene;
    (void)why;
    if (!by_key(facts)) {
        return false;
    }
    Statement statement;
    std::string sql = select_from(facts) + " ORDER BY " + key_order(facts, {}, true);
    sql += " LIMIT " + statement.bind(random_source(10, 25));
    const double last = std::clamp(facts.table->rows / 2, 0.0, 500.0);
    sql += " OFFSET " + statement.bind(random_source(0, static_cast<double>(static_cast<int>(last)),
                                                     Distribution::Exponential));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(in_list) {
    (void)scene;
    (void)why;
    constexpr int kKeys = 8;
    if (!by_key(facts) || facts.table->rows < kKeys) {
        return false;
    }
    Statement statement;
    std::string values;
    for (int i = 0; i < kKeys; ++i) {
        std::string row;
        for (const Column* column : facts.key) {
            row += (row.empty() ? "" : ", ") + statement.bind(column_source(facts, *column, i));
        }
        values += (i == 0 ? "" : ", ") + (facts.key.size() == 1 ? row : "(" + row + ")");
    }
    const std::string columns = column_list(facts.key);
    operation.steps.push_back(std::move(statement).step(
        select_from(facts) + " WHERE " + (facts.key.size() == 1 ? columns : "(" + columns + ")") +
        " IN (" + values + ")"));
    return true;
}

/** Works on any table that can be read at all, and always gives a row. */
PGS_FAMILY(bounded_count) {
    (void)scene;
    (void)why;
    if (by_key(facts)) {
        return false; // better ones apply
    }
    operation.steps.push_back(Statement().step("SELECT count(*) FROM (SELECT 1 FROM " + facts.name +
                                               " LIMIT 1000) AS some_rows"));
    return true;
}

} // namespace pg_stress::core

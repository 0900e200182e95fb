// Searches that an inverted index serves: words, parts of texts, documents, arrays. Zone: core.
#include <algorithm>

#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

constexpr double kMostMatches = 5000;

/** Rows that hold one value of the column on average. */
double matches(const TableFacts& facts, const Column& column) {
    const double distinct = column.statistics.distinct;
    if (!column.statistics.present || distinct == 0) {
        return facts.table->rows < kMostMatches ? facts.table->rows : 1;
    }
    return distinct > 0 ? facts.table->rows / distinct : -1 / distinct;
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

/** The operator class of the column in an inverted index, or "". */
std::string inverted_class(const TableFacts& facts, const Column& column) {
    for (const Index& index : facts.table->indexes) {
        if (!index.valid || index.partial ||
            (index.method != AccessMethod::Gin && index.method != AccessMethod::Gist)) {
            continue;
        }
        for (size_t i = 0; i < index.columns.size(); ++i) {
            if (index.columns[i] == column.number && i < index.operator_classes.size()) {
                return index.operator_classes[i];
            }
        }
    }
    return {};
}

std::string select_where(const TableFacts& facts, const std::string& condition) {
    return "SELECT " + column_list(shown_columns(facts)) + " FROM " + facts.name + " WHERE " +
           condition + " LIMIT 20";
}

} // namespace

PGS_FAMILY(text_search) {
    (void)scene;
    (void)why;
    if (facts.empty) {
        return false;
    }
    for (const Column& column : facts.table->columns) {
        const std::string name = quote_name(column.name);
        const std::string operators = inverted_class(facts, column);
        if (column.family == TypeFamily::Text && contains(operators, "trgm") &&
            matches(facts, column) <= kMostMatches) {
            Statement statement;
            const std::string value = statement.bind(column_source(facts, column));
            operation.steps.push_back(std::move(statement).step(select_where(
                facts, name + " ILIKE '%' || substr(" + value + "::text, 2, 40) || '%'")));
            return true;
        }
        if (column.base_type == "tsvector" && contains(operators, "tsvector_ops")) {
            Statement statement;
            const std::string value = statement.bind(column_source(facts, column));
            operation.steps.push_back(std::move(statement).step(select_where(
                facts, name + " @@ plainto_tsquery('simple', array_to_string((tsvector_to_array(" +
                           value + "::tsvector))[1:3], ' '))")));
            return true;
        }
    }
    return false;
}

PGS_FAMILY(jsonb_read) {
    (void)scene;
    (void)why;
    const Column* column = facts.document;
    if (column == nullptr || facts.empty) {
        return false;
    }
    const std::string name = quote_name(column->name);
    const std::string operators = inverted_class(facts, *column);
    Statement statement;
    if (contains(operators, "jsonb") && matches(facts, *column) <= kMostMatches) {
        const std::string value = statement.bind(column_source(facts, *column));
        operation.steps.push_back(
            std::move(statement).step(select_where(facts, name + " @> " + value + "::jsonb")));
        return true;
    }
    if (facts.key.empty()) {
        return false;
    }
    const std::string where = key_equals(statement, facts, {});
    operation.steps.push_back(std::move(statement).step(
        "SELECT " + column_list(facts.key) + ", jsonb_typeof(" + name + ") AS type, jsonb_pretty(" +
        name + ") AS document FROM " + facts.name + " WHERE " + where));
    return true;
}

PGS_FAMILY(array_containment) {
    (void)scene;
    (void)why;
    if (facts.empty) {
        return false;
    }
    for (const Column& column : facts.table->columns) {
        if (column.family == TypeFamily::Array &&
            contains(inverted_class(facts, column), "array_ops")) {
            Statement statement;
            const std::string value = statement.bind(column_source(facts, column));
            operation.steps.push_back(std::move(statement).step(
                select_where(facts, quote_name(column.name) + " @> " + value)));
            return true;
        }
    }
    return false;
}

} // namespace pg_stress::core

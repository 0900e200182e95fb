// Pieces of SQL text, with the sources of their parameters. Zone: core.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/table_facts.hpp"
#include "core/workload.hpp"

namespace pg_stress::core {

/** One step's text in the making: hands out $1, $2, ... */
class Statement {
  public:
    /** The parameter's text; an equal source that must give the same value keeps its number. */
    std::string bind(Source source);
    /** One more parameter, even when its source equals an earlier one. */
    std::string bind_new(Source source);
    Step step(std::string sql, int64_t limit = 0) &&;

  private:
    std::vector<Source> sources_;
};

Source column_source(const TableFacts& facts, const Column& column, int pick = 0,
                     Skew skew = Skew::Zipf);
Source random_source(double low, double high, Distribution distribution = Distribution::Uniform);
Source result_source(int step, const Column& column);
Source now_source();

std::vector<const Column*> columns_by_number(const Table& table,
                                             const std::vector<int16_t>& numbers);

/** "a, b", each after "alias." where there is one. */
std::string column_list(const std::vector<const Column*>& columns, const std::string& alias = {});
/** The key and enough other columns for a page. */
std::vector<const Column*> shown_columns(const TableFacts& facts);

/** How a sampled row is taken. */
struct Pick {
    int number = 0;
    Skew skew = Skew::Zipf;
    bool reserved = false;
};

/** "a = $1 AND b = $2" for the key of a sampled row. */
std::string key_equals(Statement& statement, const TableFacts& facts, Pick pick,
                       const std::string& alias = {});
/** "a >= $1", or "(a, b) >= ($1, $2)": rows from a sampled one on. */
std::string key_from(Statement& statement, const TableFacts& facts, const char* comparison,
                     Pick pick, const std::string& alias = {});
/** "a, b" with " DESC" after each where wanted. */
std::string key_order(const TableFacts& facts, const std::string& alias = {},
                      bool descending = false);
/** "(SELECT ... LIMIT n)": rows in key order from a sampled one on; any rows where there is no key
    or no row to take a key from. */
std::string bounded_rows(Statement& statement, const TableFacts& facts,
                         const std::vector<const Column*>& columns, int rows,
                         const std::string& condition = {});
/** "p.id = c.parent_id AND ..." */
std::string join_condition(const SchemaFacts& schema, const ForeignKey& key,
                           const std::string& parent, const std::string& child);

/** Appends the column unless it is null or there. */
void add_column(std::vector<const Column*>& columns, const Column* column);

} // namespace pg_stress::core

// What a run executes: operations, their steps, and where each parameter comes from. Zone: core.
//
// The same structure is what the generator makes, what create_workload takes, what operations()
// shows, what a run keeps and what the drivers execute. Its JSON form is the contract:
//   {"operations": [{"name", "family", "weight", "transaction", "isolation",
//                    "steps": [{"sql", "params": [SOURCE...], "foreach": STEP, "limit": N}]}]}
// SOURCE: {"column": "schema.table.column"}           its real values
//         {"result": STEP, "column": "id"}             an earlier step's (current row under foreach,
//                                                       else the first; "all": true gives an array)
//         {"random": [low, high], "distribution": ...} uniform, zipf, normal, exponential
//         {"value": ...} {"now": "-1 day"} {"sequence": 1} {"unique": LENGTH}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/value.hpp"

namespace pg_stress::core {

enum class SourceKind : uint8_t {
    Column,   // a row of the table's sample; all column sources of one step and pick share the row
    Result,   // a column of an earlier step's rows
    Random,   // a number
    Constant, // text in the type's input form, or NULL
    Now,      // the current time plus an offset
    Sequence, // start, start + 1, ...: one counter for the run, shared by all workers
    Unique    // a text of the given length that no other call makes
};

enum class Distribution : uint8_t { Uniform, Zipf, Normal, Exponential };

/** Which end of a table's sample is hot. Rank 0 is the newest row (last in physical order). */
enum class Skew : uint8_t {
    Zipf,    // exponent 0.8 over ranks: the default, a few keys are hot
    Uniform, // every sampled row alike
    Recent   // zipf with exponent 1.1: nearly all at the newest rows
};

struct Source {
    SourceKind kind = SourceKind::Constant;
    // Column
    std::string table;  // quoted "schema.table"
    std::string column; // unquoted; for Result too
    int pick = 0;       // sources of one step with the same table and pick come from the same row
    Skew skew = Skew::Zipf;
    bool reserved = false; // from rows kept apart for deletion, each used once
    // Result
    int step = -1;
    bool all = false; // every row's value, as an array
    // Random
    double low = 0, high = 0;
    Distribution distribution = Distribution::Uniform;
    bool whole = true; // whole numbers
    // Constant
    std::optional<std::string> value; // absent: NULL
    std::string type; // "": inferred; else the type that the parameter is declared as
    // Now
    std::string offset; // interval text; "" for none
    // Sequence, Unique
    int64_t start = 1;
    int length = 0;
};

enum class StatementKind : uint8_t { Select, Insert, Update, Delete, Other };

struct Step {
    std::string sql; // parameters as $1, $2, ...
    std::vector<Source> parameters;
    int foreach_step = -1; // run once for each row of that earlier step
    int64_t limit = 0;     // at most that many rows are fetched, or iterations made; 0: no limit
    // Filled by the generator; the backend fills what is missing after parsing.
    StatementKind kind = StatementKind::Other;
    std::string written_table; // quoted "schema.table" that it writes, if any
};

struct Operation {
    std::string name;   // unique in the workload
    std::string family; // e.g. "point_read", "n_plus_1", "insert"
    double weight = 1;
    bool transaction = true; // one transaction; false: each step commits by itself
    std::string isolation;   // "", "read committed", "repeatable read", "serializable"
    bool orm = false;        // shaped as an ORM sends it
    bool writes = false;
    std::vector<std::string> tables; // quoted names that it touches
    std::vector<Step> steps;
};

/** What would have been run, and why it is not. */
struct LeftOut {
    std::string object; // table, column or pattern
    std::string family;
    std::string constraint; // its name where a constraint forbids it, else ""
    std::string reason;
};

struct Workload {
    std::string name;
    std::vector<Operation> operations;
    std::vector<LeftOut> left_out;
};

/** Reads a definition; the path of what is wrong is in the error's detail, the valid keys in its
    hint. On success workload.operations is complete and error is untouched. */
bool parse_workload(const Value& definition, Workload& workload, DefinitionError& error);

/** The definition that parse_workload reads back to an equal workload. */
Value workload_to_value(const Workload& workload);

/** A source in one line, as operations() prints it: "shop.orders.id (zipf)". */
std::string describe(const Source& source);

const char* to_string(StatementKind kind);

/** Weighted choice in constant time (Walker's alias method, Vose's construction). */
class WeightedChoice {
  public:
    explicit WeightedChoice(const std::vector<double>& weights);
    size_t pick(uint64_t random_bits) const; // all 64 bits used
    size_t size() const { return threshold_.size(); }

  private:
    std::vector<double> threshold_;
    std::vector<uint32_t> alias_;
};

} // namespace pg_stress::core

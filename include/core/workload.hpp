// What a run executes: operations, their steps, and where each parameter comes from. Zone: core.
//
// The same structure is what the generator makes, what create_workload takes, what operations()
// shows, what a run keeps and what the drivers execute. Its JSON form is the contract:
//   {"operations": [{"name", "family", "weight", "transaction", "isolation", "orm", "tables",
//                    "steps": [{"sql", "params": [SOURCE...], "foreach": STEP, "limit": N}]}]}
// STEP counts from 0. SOURCE is one of
//   {"column": "schema.table.column"}         its real values; "pick": N, "skew": "zipf|uniform|
//                                             recent", "reserved": true, "nulls": true
//   {"result": STEP, "column": "id"}          an earlier step's (current row under foreach, else
//                                             the first); "row": N another one; "all": true an
//                                             array
//   {"random": [low, high]}                   "distribution": "uniform|zipf|normal|exponential",
//                                             "whole": false
//   {"value": ...}  {"unique": LENGTH}
//   {"now": "-1 day"}                         with "column" and "pick" where a real value may stand
//   in
//   {"sequence": START}                       or {"sequence": 0, "column": "schema.table.column"};
//                                             "most": the last number that its type holds
//   {"same": NAME}                            the value that the source with "as": NAME drew
// and each may have "type" (what the parameter is declared as) and "as" (a name for its value).
//
// Rules that drivers follow:
// - A value named by "as" is drawn once in each execution of its source and kept until the
// operation
//   ends; "same" uses the latest one. Sources are drawn in the order of steps and parameters.
// - A step with a result source for which the earlier step has no row is skipped. A "row" past the
//   last one takes the last one (an IN list of fixed length then repeats a value).
// - A column source never gives NULL unless "nulls" is true: the drawn row is one in which all such
//   columns of the pick have a value.
// - A sequence with a column starts at the column's greatest value + 1, asked for when the run
//   starts; all sources with the same column share one counter. Past "most" the operations that use
//   it are retired and the run says so.
// - A step whose control is not None is no statement for SPI: it begins, releases or rolls back to
// a
//   subtransaction of its name (BeginInternalSubTransaction and its kin); a client sends its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
    Unique,   // a text of the given length (or a uuid, by type) that no other call makes
    Same      // what another source of the operation drew
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
    // Column; Sequence when it continues a column; Now: the column that it is for
    std::string table;  // quoted "schema.table"
    std::string column; // unquoted; for Result too
    int pick = 0;       // sources of one step with the same table and pick come from the same row
    Skew skew = Skew::Zipf;
    bool reserved = false; // from rows kept apart for deletion, each used once
    bool nulls = false;    // a NULL of the drawn row may be bound
    // Result
    int step = -1;
    int row = -1;     // a fixed row; -1: the current or the first
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
    int64_t start = 1; // 0 with a column: its greatest value + 1
    int64_t most = 0;  // the last number that the type holds; 0: no bound
    int length = 0;
    // Any
    std::string as;   // name of the value, for Same
    std::string same; // Same: whose value

    bool operator==(const Source&) const = default;
};

enum class StatementKind : uint8_t { Select, Insert, Update, Delete, Other };

/** Transaction control inside an operation, recognised from the step's text. */
enum class Control : uint8_t { None, Savepoint, Release, RollbackTo };

struct Step {
    std::string sql; // parameters as $1, $2, ...
    std::vector<Source> parameters;
    int foreach_step = -1; // run once for each row of that earlier step
    int64_t limit = 0;     // at most that many rows are fetched, or iterations made; 0: no limit
    // Read from the text; the backend fills what is missing after parsing.
    StatementKind kind = StatementKind::Other;
    std::string written_table; // quoted "schema.table" that it writes, if any
    Control control = Control::None;
    std::string savepoint; // its name when control is not None

    bool operator==(const Step&) const = default;
};

struct Operation {
    std::string name;   // unique in the workload
    std::string family; // e.g. "point_read", "n_plus_1", "insert"
    double weight = 1;
    bool transaction = true; // one transaction; false: each step commits by itself
    std::string isolation;   // "", "read committed", "repeatable read", "serializable"
    bool orm = false;        // shaped as an ORM sends it
    bool generated = false;  // by us: may be left out of a run where its trial fails
    bool writes = false;
    std::vector<std::string> tables; // quoted names that it touches
    std::vector<Step> steps;

    bool operator==(const Operation&) const = default;
};

/** What would have been run, and why it is not. */
struct LeftOut {
    std::string object; // table, column or pattern
    std::string family;
    std::string constraint; // its name where a constraint forbids it, else ""
    std::string reason;

    bool operator==(const LeftOut&) const = default;
};

struct Workload {
    std::string name;
    std::vector<Operation> operations;
    std::vector<LeftOut> left_out;
};

/** Reads a definition; the path of what is wrong is in the error's detail, the valid keys in its
    hint. On success workload.operations is complete and error is untouched. */
bool parse_workload(const Value& definition, Workload& workload, DefinitionError& error);

/** The definition that parse_workload reads back to equal operations. */
Value workload_to_value(const Workload& workload);

/** Fills what is read from the text: kind, written_table and control of each step, and
    operation.writes. */
void complete_from_text(Operation& operation);

/** Splits "schema.table.column", quoted as SQL does, into the quoted table and the plain column. */
bool split_column_name(std::string_view text, std::string& table, std::string& column);

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

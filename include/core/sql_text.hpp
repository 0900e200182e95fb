// What can be told of a statement from its text alone, without a parser. Zone: core.
//
// Used where no server is at hand (definitions, unit tests); the backend's parser has the last
// word.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/workload.hpp"

namespace pg_stress::core {

struct SqlToken {
    enum class Kind : uint8_t { Word, QuotedName, Text, Number, Parameter, Symbol };
    Kind kind = Kind::Symbol;
    std::string text; // words in lower case, names without quotes, parameters without $
    int depth = 0;    // of parentheses
};

/** Tokens of a text in order; comments and white space are dropped. */
std::vector<SqlToken> sql_tokens(std::string_view sql);

struct SqlFacts {
    StatementKind kind = StatementKind::Other;
    bool writes = false;       // also by a data-modifying WITH
    std::string written_table; // quoted "schema.table"; "" where the text does not qualify it
    Control control = Control::None;
    std::string savepoint;
    int greatest_parameter = 0;
    int missing_parameter = 0; // the least number below the greatest that is not used, or 0
    bool several_statements = false;
    bool empty = true;
};

SqlFacts read_sql_facts(std::string_view sql);

} // namespace pg_stress::core

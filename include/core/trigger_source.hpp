// Which columns a trigger function maintains, judged by its PL/pgSQL source. Zone: core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pg_stress::core {

struct TriggerAssignment {
    std::string schema; // "" where the source does not qualify the table
    std::string table;  // "": the row of the trigger itself (NEW)
    std::string column;
};

/** NEW.c := …, NEW.c = …, … INTO NEW.c, UPDATE t SET c = … and INSERT INTO t … DO UPDATE SET c = …,
    each once, names folded as SQL folds them. SQL inside of string literals is not seen. */
std::vector<TriggerAssignment> find_trigger_assignments(std::string_view source);

} // namespace pg_stress::core

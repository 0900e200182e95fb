// Derived knowledge of a schema: classes of tables, and chains of foreign keys. Zone: core.
#pragma once

#include <string>
#include <vector>

#include "core/schema_model.hpp"

namespace pg_stress::core {

struct ClassOverride {
    std::string schema, table;
    TableClass table_class;
};

/** Sets class, confidence and evidence of every table: structure first, then what statistics show.
    An override wins, and the evidence says what the classifier would have said. */
void classify(SchemaModel& model, const std::vector<ClassOverride>& overrides);

/** A path parent -> child -> grandchild... along foreign keys. */
struct Chain {
    std::vector<int> tables;       // indexes into model.tables, first the root
    std::vector<int> foreign_keys; // one fewer; each joins two neighbours
    double fan_out = 1;            // rows of the last table for one row of the first
};

struct ChainLimits {
    size_t depth = 5;       // tables in a chain
    size_t from_a_root = 8; // chains that start at one table
    size_t in_all = 2000;
};

/** Chains of two tables or more, deepest and widest first; bounded: never exponential. */
std::vector<Chain> find_chains(const SchemaModel& model, const ChainLimits& limits = {});

/** Mean children a parent row has along that key: child rows that are not NULL there over parent
    rows; 0 when unknown. */
double fan_out(const SchemaModel& model, const ForeignKey& key);

/** Tables in an order in which parents come first; members of cycles come in name order. */
std::vector<int> parents_first(const SchemaModel& model);

} // namespace pg_stress::core

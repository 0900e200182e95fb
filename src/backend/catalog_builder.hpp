// Builds the schema model from scanned rows. Zone: backend. Calls nothing of the server.
#pragma once

#include <string>
#include <vector>

#include "core/schema_model.hpp"

#include "catalog_rows.hpp"

namespace pg_stress::backend::catalog {

class ModelBuilder {
  public:
    explicit ModelBuilder(const Rows& rows) : rows_(rows) {}
    core::SchemaModel build();

  private:
    void find_roots();
    void make_tables();
    void add_columns();
    void add_partitioning();
    void add_sizes();
    void add_statistics();
    void add_constraints();
    void add_indexes();
    void add_triggers(); // in trigger_columns.cpp
    void mark_maintained(const Trigger& trigger);

    core::Column make_column(const Attribute& attribute) const;
    core::Table* model_table(Oid oid); // of the root where it is a partition; nullptr if left out
    /** A column's number in the root, from its number in the partition; 0 where there is none. */
    int16_t root_number(Oid table, int16_t number);
    std::vector<int16_t> root_numbers(Oid table, const Numbers& numbers);
    double estimated_rows(const Relation& relation, bool& known) const;
    std::string schema_name(Oid oid) const;

    const Rows& rows_;
    core::SchemaModel model_;
    std::vector<int> root_;        // of each relation, its root relation; -1: none
    std::vector<int> model_index_; // of each relation, its place in model_.tables; -1: none
    std::vector<std::vector<int>> attributes_of_; // of each relation, in order
};

} // namespace pg_stress::backend::catalog

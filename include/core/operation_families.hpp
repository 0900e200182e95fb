// The families of operations: what each one is and how it is made for a table. Zone: core.
#pragma once

#include <string>
#include <vector>

#include "core/insert_plan.hpp"
#include "core/table_facts.hpp"
#include "core/workload.hpp"

namespace pg_stress::core {

/** What the makers of operations share. */
struct Scene {
    const SchemaFacts& schema;
    InsertPlanner& inserts;
};

/** Fills steps and tables (the table itself first). False when the family does not apply; a reason
    worth telling is then in why.reason. */
using MakeOperation = bool (*)(const Scene& scene, const TableFacts& facts, Operation& operation,
                               LeftOut& why);

struct OperationFamily {
    const char* name;
    double weight; // share of the default mix, before reads and writes are balanced
    bool orm;
    bool writes;
    MakeOperation make;
};

/** All families, in the order in which a workload lists them. */
const std::vector<OperationFamily>& all_families();

#define PGS_FAMILY(name)                                                                           \
    bool make_##name(const Scene& scene, const TableFacts& facts, Operation& operation,            \
                     LeftOut& why)

PGS_FAMILY(point_read);
PGS_FAMILY(unique_read);
PGS_FAMILY(range_read);
PGS_FAMILY(keyset_page);
PGS_FAMILY(offset_page);
PGS_FAMILY(in_list);
PGS_FAMILY(bounded_count);
PGS_FAMILY(children_read);
PGS_FAMILY(exists);
PGS_FAMILY(not_exists);
PGS_FAMILY(anti_join);
PGS_FAMILY(top_n_per_group);
PGS_FAMILY(latest_per_parent);
PGS_FAMILY(report_join);
PGS_FAMILY(window);
PGS_FAMILY(time_bucket);
PGS_FAMILY(count_by_status);
PGS_FAMILY(distinct_values);
PGS_FAMILY(child_summary);
PGS_FAMILY(count_estimate);
PGS_FAMILY(tree_walk);
PGS_FAMILY(text_search);
PGS_FAMILY(jsonb_read);
PGS_FAMILY(array_containment);
PGS_FAMILY(insert);
PGS_FAMILY(batch_insert);
PGS_FAMILY(bulk_insert);
PGS_FAMILY(upsert);
PGS_FAMILY(chain_transaction);
PGS_FAMILY(update);
PGS_FAMILY(counter);
PGS_FAMILY(status_transition);
PGS_FAMILY(queue_pop);
PGS_FAMILY(soft_delete);
PGS_FAMILY(hard_delete);
PGS_FAMILY(jsonb_update);
PGS_FAMILY(savepoint);
PGS_FAMILY(locked_update);
PGS_FAMILY(n_plus_1);
PGS_FAMILY(eager_joined);
PGS_FAMILY(eager_subquery);
PGS_FAMILY(eager_selectin);
PGS_FAMILY(pagination);
PGS_FAMILY(aggregation);
PGS_FAMILY(exists_filter);
PGS_FAMILY(relationship_join);
PGS_FAMILY(load_modify_save);
PGS_FAMILY(orm_bulk_insert);

} // namespace pg_stress::core

#include "core/operation_families.hpp"

namespace pg_stress::core {

#define PGS_ORM_READ(name, weight)                                                                 \
    { #name, weight, true, false, make_##name }
#define PGS_ORM_WRITE(name, weight)                                                                \
    { #name, weight, true, true, make_##name }
#define PGS_READ(name, weight)                                                                     \
    { #name, weight, false, false, make_##name }
#define PGS_WRITE(name, weight)                                                                    \
    { #name, weight, false, true, make_##name }

const std::vector<OperationFamily>& all_families() {
    static const std::vector<OperationFamily> families = {
        PGS_READ(point_read, 14),
        PGS_READ(unique_read, 4),
        PGS_READ(range_read, 4),
        PGS_READ(keyset_page, 5),
        PGS_READ(offset_page, 2),
        PGS_READ(in_list, 3),
        PGS_READ(children_read, 6),
        PGS_READ(bounded_count, 1),
        PGS_READ(exists, 2),
        PGS_READ(not_exists, 1),
        PGS_READ(anti_join, 1),
        PGS_READ(top_n_per_group, 2),
        PGS_READ(latest_per_parent, 2),
        PGS_READ(report_join, 1.5),
        PGS_READ(child_summary, 2),
        PGS_READ(window, 1),
        PGS_READ(time_bucket, 1),
        PGS_READ(count_by_status, 1),
        PGS_READ(distinct_values, 1),
        PGS_READ(count_estimate, 0.5),
        PGS_READ(tree_walk, 2),
        PGS_READ(text_search, 2),
        PGS_READ(jsonb_read, 2),
        PGS_READ(array_containment, 1),
        PGS_WRITE(insert, 8),
        PGS_WRITE(batch_insert, 2),
        PGS_WRITE(bulk_insert, 0.5),
        PGS_WRITE(upsert, 3),
        PGS_WRITE(chain_transaction, 3),
        PGS_WRITE(update, 7),
        PGS_WRITE(counter, 3),
        PGS_WRITE(status_transition, 3),
        PGS_WRITE(queue_pop, 1),
        PGS_WRITE(soft_delete, 1),
        PGS_WRITE(hard_delete, 1),
        PGS_WRITE(jsonb_update, 1),
        PGS_WRITE(savepoint, 1),
        PGS_WRITE(locked_update, 1.5),
        PGS_ORM_READ(n_plus_1, 4),
        PGS_ORM_READ(eager_joined, 4),
        PGS_ORM_READ(eager_subquery, 3),
        PGS_ORM_READ(eager_selectin, 3),
        PGS_ORM_WRITE(orm_bulk_insert, 2),
        PGS_ORM_WRITE(load_modify_save, 4),
        PGS_ORM_READ(pagination, 3),
        PGS_ORM_READ(aggregation, 2),
        PGS_ORM_READ(exists_filter, 2),
        PGS_ORM_READ(relationship_join, 2),
    };
    return families;
}

#undef PGS_ORM_READ
#undef PGS_ORM_WRITE
#undef PGS_READ
#undef PGS_WRITE

} // namespace pg_stress::core

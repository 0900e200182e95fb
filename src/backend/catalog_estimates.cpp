// Rows, bytes and column statistics of the model. Zone: backend. Calls nothing of the server.
#include <algorithm>
#include <cmath>

#include "catalog_builder.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "storage/bufpage.h"
}

namespace pg_stress::backend::catalog {

/** As the planner estimates: the density that VACUUM or ANALYZE saw over the pages there are now,
    or a density from the widths of the columns where there was none. */
double ModelBuilder::estimated_rows(const Relation& relation, bool& known) const {
    if (relation.kind == RELKIND_FOREIGN_TABLE) {
        known = known && relation.tuples >= 0;
        return std::max(0.0F, relation.tuples);
    }
    if (!relation.size_read) {
        return std::max(0.0F, relation.tuples);
    }
    const double pages = std::floor(relation.bytes / BLCKSZ);
    if (relation.tuples >= 0 && relation.pages > 0) {
        return std::rint(static_cast<double>(relation.tuples) * pages / relation.pages);
    }
    double width = MAXALIGN(SizeofHeapTupleHeader) + sizeof(ItemIdData);
    for (const int a : attributes_of_[static_cast<size_t>(&relation - rows_.relations.items)]) {
        width += rows_.types.items[rows_.attributes.items[a].type].width;
    }
    return std::rint(pages * std::floor((BLCKSZ - SizeOfPageHeaderData) / width));
}

void ModelBuilder::add_sizes() {
    for (size_t i = 0; i < rows_.relations.count; ++i) {
        const Relation& relation = rows_.relations.items[i];
        core::Table* table = model_table(relation.is_table ? relation.oid : relation.owner_table);
        if (table == nullptr) {
            continue;
        }
        table->bytes += relation.bytes;
        if (relation.is_table && relation.kind != RELKIND_PARTITIONED_TABLE) {
            table->rows += estimated_rows(relation, table->rows_known);
        }
    }
}

void ModelBuilder::add_statistics() {
    // A partitioned table has statistics only after an ANALYZE of its own, which autovacuum never
    // does; then those of its largest analysed partition stand in. An inheritance parent counts
    // its own rows.
    struct Best {
        const Statistic* statistic = nullptr;
        double rank = 0;
    };
    std::vector<std::vector<Best>> best(model_.tables.size());
    for (const Statistic& item : rows_.statistics) {
        const Relation& relation = rows_.relations.items[item.relation];
        const int place = model_index_[static_cast<size_t>(item.relation)];
        if (place < 0) {
            continue;
        }
        core::Table& table = model_.tables[static_cast<size_t>(place)];
        const core::Column* column = table.column(root_number(relation.oid, item.number));
        if (column == nullptr || table.row_security) {
            continue;
        }
        auto& of_table = best[static_cast<size_t>(place)];
        of_table.resize(table.columns.size());
        Best& current = of_table[static_cast<size_t>(column - table.columns.data())];
        const bool own = !relation.partition;
        const bool whole = own && item.inherited == (relation.kind == RELKIND_PARTITIONED_TABLE);
        const double rank = whole ? HUGE_VAL : own ? 0 : 1 + std::max(0.0F, relation.tuples);
        if (current.statistic == nullptr || rank > current.rank) {
            current = {&item, rank};
        }
    }
    for (size_t t = 0; t < best.size(); ++t) {
        core::Table& table = model_.tables[t];
        const int relation = rows_.relation_by_oid.find(table.oid);
        for (size_t c = 0; c < best[t].size(); ++c) {
            const Statistic* item = best[t][c].statistic;
            const int attribute = attributes_of_[static_cast<size_t>(relation)][c];
            if (item == nullptr ||
                (!table.can_select && !rows_.attributes.items[attribute].readable_by_column)) {
                continue;
            }
            table.columns[c].statistics = {true, item->null_fraction, item->distinct,
                                           item->correlation, item->width};
        }
    }
}

} // namespace pg_stress::backend::catalog

#include "catalog_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "type_family.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "storage/bufpage.h"
}

namespace pg_stress::backend::catalog {

namespace {

core::OnDelete on_delete_of(char action) {
    switch (action) {
    case FKCONSTR_ACTION_RESTRICT:
        return core::OnDelete::Restrict;
    case FKCONSTR_ACTION_CASCADE:
        return core::OnDelete::Cascade;
    case FKCONSTR_ACTION_SETNULL:
        return core::OnDelete::SetNull;
    case FKCONSTR_ACTION_SETDEFAULT:
        return core::OnDelete::SetDefault;
    default:
        return core::OnDelete::NoAction;
    }
}

core::AccessMethod access_method_of(Oid oid) {
    switch (oid) {
    case BTREE_AM_OID:
        return core::AccessMethod::Btree;
    case HASH_AM_OID:
        return core::AccessMethod::Hash;
    case GIN_AM_OID:
        return core::AccessMethod::Gin;
    case GIST_AM_OID:
        return core::AccessMethod::Gist;
    case SPGIST_AM_OID:
        return core::AccessMethod::Spgist;
    case BRIN_AM_OID:
        return core::AccessMethod::Brin;
    default:
        return core::AccessMethod::Other;
    }
}

} // namespace

core::SchemaModel ModelBuilder::build() {
    find_roots();
    make_tables();
    add_columns();
    add_partitioning();
    add_constraints();
    add_indexes();
    model_.index_tables();
    add_triggers();
    add_sizes();
    add_statistics();
    model_.compute_hashes();
    return std::move(model_);
}

std::string ModelBuilder::schema_name(Oid oid) const {
    const int i = rows_.namespace_by_oid.find(oid);
    return i >= 0 ? NameStr(rows_.namespaces.items[i].name) : "";
}

/** Partitions lead to their root; a partition whose root is not ours is left out. */
void ModelBuilder::find_roots() {
    root_.assign(rows_.relations.count, -1);
    for (size_t i = 0; i < rows_.relations.count; ++i) {
        const Relation* relation = &rows_.relations.items[i];
        while (relation != nullptr && relation->is_table && relation->partition) {
            relation = rows_.table(relation->parent);
        }
        if (relation != nullptr && relation->is_table) {
            root_[i] = static_cast<int>(relation - rows_.relations.items);
        }
    }
}

void ModelBuilder::make_tables() {
    std::vector<int> roots;
    for (size_t i = 0; i < root_.size(); ++i) {
        if (root_[i] == static_cast<int>(i)) {
            roots.push_back(static_cast<int>(i));
        }
    }
    model_.tables.reserve(roots.size());
    for (const int i : roots) {
        const Relation& relation = rows_.relations.items[i];
        core::Table& table = model_.tables.emplace_back();
        table.oid = relation.oid;
        table.schema = schema_name(relation.schema);
        table.name = NameStr(relation.name);
        table.kind = relation.kind == RELKIND_PARTITIONED_TABLE ? core::TableKind::Partitioned
                     : relation.kind == RELKIND_FOREIGN_TABLE   ? core::TableKind::Foreign
                                                                : core::TableKind::Ordinary;
        table.inheritance_children = static_cast<uint32_t>(relation.inheritance_children);
        table.row_security = relation.row_security;
        table.unlogged = relation.unlogged;
        table.can_select = relation.can_select;
        table.can_insert = relation.can_insert;
        table.can_update = relation.can_update;
        table.can_delete = relation.can_delete;
        table.has_insert_rule = relation.has_rules;
    }
    std::sort(model_.tables.begin(), model_.tables.end(), [](const auto& a, const auto& b) {
        const int order = a.schema.compare(b.schema);
        return order != 0 ? order < 0 : a.name < b.name;
    });
    model_.index_tables();
    model_index_.assign(rows_.relations.count, -1);
    for (size_t i = 0; i < root_.size(); ++i) {
        if (root_[i] >= 0) {
            model_index_[i] = model_.find_table(rows_.relations.items[root_[i]].oid);
        }
    }
}

core::Table* ModelBuilder::model_table(Oid oid) {
    const int i = rows_.relation_by_oid.find(oid);
    const int place = i >= 0 ? model_index_[static_cast<size_t>(i)] : -1;
    return place >= 0 ? &model_.tables[static_cast<size_t>(place)] : nullptr;
}

core::Column ModelBuilder::make_column(const Attribute& attribute) const {
    const Type& type = rows_.types.items[attribute.type];
    core::Column column;
    column.name = NameStr(attribute.name);
    column.number = attribute.number;
    column.type = type.text;
    column.type_oid = type.oid;
    column.base_type_oid = type.base;
    column.base_type = type.base_text;
    column.family = type_family(type.base, type.base_kind, type.base_category);
    column.jsonb = type.base == JSONBOID;
    if (type.element_base != InvalidOid) {
        column.element_family =
            type_family(type.element_base, type.element_kind, type.element_category);
    }
    set_type_limits(column, type.base, type.base_modifier);
    column.not_null = attribute.not_null || type.not_null;
    column.is_domain = type.domain;
    column.domain_has_check = type.has_check;
    column.has_default = attribute.has_default || (type.has_default && !attribute.generated);
    column.serial = attribute.serial;
    column.identity = attribute.identity != '\0';
    column.identity_always = attribute.identity == 'a';
    column.generated = attribute.generated;
    return column;
}

void ModelBuilder::add_columns() {
    std::unordered_map<Oid, std::vector<const EnumLabel*>> labels;
    for (const EnumLabel& label : rows_.labels) {
        labels[label.type].push_back(&label);
    }
    for (auto& [type, list] : labels) {
        std::sort(list.begin(), list.end(),
                  [](const EnumLabel* a, const EnumLabel* b) { return a->order < b->order; });
    }
    attributes_of_.resize(rows_.relations.count);
    for (size_t i = 0; i < rows_.attributes.count; ++i) {
        attributes_of_[static_cast<size_t>(rows_.attributes.items[i].relation)].push_back(
            static_cast<int>(i));
    }
    for (size_t r = 0; r < attributes_of_.size(); ++r) {
        std::vector<int>& list = attributes_of_[r];
        std::sort(list.begin(), list.end(), [&](int a, int b) {
            return rows_.attributes.items[a].number < rows_.attributes.items[b].number;
        });
        if (root_[r] != static_cast<int>(r)) {
            continue;
        }
        core::Table& table = model_.tables[static_cast<size_t>(model_index_[r])];
        table.columns.reserve(list.size());
        for (const int a : list) {
            table.columns.push_back(make_column(rows_.attributes.items[a]));
            core::Column& column = table.columns.back();
            if (const auto found = labels.find(column.base_type_oid); found != labels.end()) {
                for (const EnumLabel* label : found->second) {
                    column.labels.emplace_back(NameStr(label->label));
                }
            }
        }
    }
}

int16_t ModelBuilder::root_number(Oid table, int16_t number) {
    const int i = rows_.relation_by_oid.find(table);
    const core::Table* root = model_table(table);
    if (i < 0 || root == nullptr || root->oid == table || number <= 0) {
        return number;
    }
    for (const int a : attributes_of_[static_cast<size_t>(i)]) {
        const Attribute& attribute = rows_.attributes.items[a];
        if (attribute.number == number) {
            const core::Column* column = root->column(std::string_view(NameStr(attribute.name)));
            return column != nullptr ? column->number : int16_t{0};
        }
    }
    return 0;
}

std::vector<int16_t> ModelBuilder::root_numbers(Oid table, const Numbers& numbers) {
    std::vector<int16_t> out;
    for (int i = 0; i < numbers.count; ++i) {
        out.push_back(root_number(table, numbers.items[i]));
    }
    return out;
}

void ModelBuilder::add_partitioning() {
    for (const Partitioning& item : rows_.partitionings) {
        core::Table* table = model_table(item.table);
        if (table != nullptr && table->oid == item.table) {
            table->partition_key = root_numbers(item.table, item.key);
        }
    }
    for (size_t i = 0; i < root_.size(); ++i) {
        const Relation& relation = rows_.relations.items[i];
        if (root_[i] >= 0 && relation.partition && relation.kind != RELKIND_PARTITIONED_TABLE) {
            ++model_.tables[static_cast<size_t>(model_index_[i])].partitions;
        }
    }
}

void ModelBuilder::add_constraints() {
    for (const Constraint& item : rows_.constraints) {
        core::Table* table = model_table(item.table);
        const bool of_partition = table != nullptr && table->oid != item.table;
        if (table == nullptr || (of_partition && item.kind == CONSTRAINT_CHECK && item.inherited)) {
            continue;
        }
        const core::Table* parent =
            item.kind == CONSTRAINT_FOREIGN ? model_table(item.parent) : nullptr;
        if (parent == nullptr) {
            auto& list = item.kind == CONSTRAINT_CHECK ? table->checks : table->outside_keys;
            list.push_back({NameStr(item.name), root_numbers(item.table, item.columns)});
            continue;
        }
        core::ForeignKey key;
        key.name = NameStr(item.name);
        key.oid = item.oid;
        key.child = static_cast<int>(table - model_.tables.data());
        key.parent = static_cast<int>(parent - model_.tables.data());
        key.columns = root_numbers(item.table, item.columns);
        key.parent_columns = root_numbers(item.parent, item.parent_columns);
        key.on_delete = on_delete_of(item.on_delete);
        key.deferrable = item.deferrable;
        key.deferred = item.deferred;
        key.validated = item.validated;
        model_.foreign_keys.push_back(std::move(key));
    }
    auto& keys = model_.foreign_keys;
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
        return std::tie(a.child, a.name, a.oid) < std::tie(b.child, b.name, b.oid);
    });
    // Partitions may each have the same key of their own.
    keys.erase(std::unique(keys.begin(), keys.end(),
                           [](const auto& a, const auto& b) {
                               return a.child == b.child && a.name == b.name &&
                                      a.parent == b.parent && a.columns == b.columns &&
                                      a.parent_columns == b.parent_columns;
                           }),
               keys.end());
    for (core::Table& table : model_.tables) {
        const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
        std::sort(table.checks.begin(), table.checks.end(), by_name);
        std::sort(table.outside_keys.begin(), table.outside_keys.end(), by_name);
    }
}

void ModelBuilder::add_indexes() {
    for (const Index& item : rows_.indexes) {
        core::Table* table = model_table(item.table);
        const Relation* relation = rows_.relation(item.oid);
        if (table == nullptr || relation == nullptr) {
            continue;
        }
        core::Index& index = table->indexes.emplace_back();
        index.oid = item.oid;
        index.name = NameStr(relation->name);
        index.columns.assign(item.keys.items, item.keys.items + item.keys.count);
        index.included.assign(item.included.items, item.included.items + item.included.count);
        index.method = access_method_of(relation->access_method);
        index.operator_classes.assign(item.operator_classes,
                                      item.operator_classes + item.keys.count);
        index.unique = item.unique;
        index.primary = item.primary;
        index.exclusion = item.exclusion;
        index.valid = item.valid;
        index.partial = item.partial;
        index.expression = item.expression;
        index.immediate = item.immediate;
    }
    for (core::Table& table : model_.tables) {
        std::sort(table.indexes.begin(), table.indexes.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
    }
}

} // namespace pg_stress::backend::catalog

// Schemas, tables, indexes as relations, inheritance, sizes. Zone: backend; all may ereport.
#include <sys/stat.h>

#include "catalog_rows.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_partitioned_table.h"
#include "storage/bufpage.h"
#include "utils/rls.h"
}

namespace pg_stress::backend::catalog {

namespace {

constexpr size_t kMostTablesToMeasure = 500;

bool is_user_schema(const char* name) {
    // Reserved names, ours among them, start with pg_.
    return std::strncmp(name, "pg_", 3) != 0 && std::strcmp(name, "information_schema") != 0;
}

void scan_namespaces(Rows& rows, Snapshot snapshot) {
    for_each_row(NamespaceRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple));
        Namespace& item = rows.namespaces.add();
        item.oid = form->oid;
        item.name = form->nspname;
        item.readable = is_user_schema(NameStr(form->nspname)) &&
                        compat::may_use_schema(form->oid, GetUserId());
        rows.namespace_by_oid.add(item.oid, static_cast<int>(rows.namespaces.count - 1));
    });
}

bool allowed(Oid table, AclMode mode) {
    bool missing = false; // dropped since the snapshot
    return pg_class_aclcheck_ext(table, GetUserId(), mode, &missing) == ACLCHECK_OK && !missing;
}

void set_privileges(Relation& table, bool superuser_role, bool policies) {
    table.can_select = superuser_role || allowed(table.oid, ACL_SELECT);
    table.can_insert = superuser_role || allowed(table.oid, ACL_INSERT);
    table.can_update = superuser_role || allowed(table.oid, ACL_UPDATE);
    table.can_delete = superuser_role || allowed(table.oid, ACL_DELETE);
    table.row_security = policies && check_enable_rls(table.oid, InvalidOid, true) == RLS_ENABLED;
}

void scan_classes(Rows& rows, Snapshot snapshot, const KeyMap& members) {
    const bool superuser_role = superuser();
    for_each_row(RelationRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
        const char kind = form->relkind;
        const bool table = kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE ||
                           kind == RELKIND_FOREIGN_TABLE;
        const bool part = kind == RELKIND_INDEX || kind == RELKIND_TOASTVALUE;
        if ((!table && !part && kind != RELKIND_PARTITIONED_INDEX) ||
            form->relpersistence == RELPERSISTENCE_TEMP) {
            return;
        }
        if (table) {
            const int schema = rows.namespace_by_oid.find(form->relnamespace);
            const bool readable = schema >= 0 && rows.namespaces.items[schema].readable;
            if ((!readable && !form->relispartition) || members.find(form->oid) >= 0) {
                return;
            }
        } else if (form->oid < FirstNormalObjectId) {
            return;
        }
        Relation& item = rows.relations.add();
        item.oid = form->oid;
        item.schema = form->relnamespace;
        item.name = form->relname;
        item.kind = kind;
        item.access_method = form->relam;
        item.toast = form->reltoastrelid;
        item.tablespace = form->reltablespace;
        item.file = form->relfilenode;
        item.tuples = form->reltuples;
        item.pages = form->relpages;
        item.is_table = table;
        item.partition = form->relispartition;
        item.unlogged = form->relpersistence == RELPERSISTENCE_UNLOGGED;
        if (table) {
            set_privileges(item, superuser_role, form->relrowsecurity);
        }
        rows.relation_by_oid.add(item.oid, static_cast<int>(rows.relations.count - 1));
    });
}

void scan_inheritance(Rows& rows, Snapshot snapshot) {
    for_each_row(InheritsRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple));
        Relation* child = rows.table(form->inhrelid);
        Relation* parent = rows.table(form->inhparent);
        if (child != nullptr && child->partition) {
            child->parent = form->inhparent;
        } else if (child != nullptr && parent != nullptr) {
            ++parent->inheritance_children;
        }
    });
    for_each_row(PartitionedRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_partitioned_table>(GETSTRUCT(tuple));
        if (rows.table(form->partrelid) != nullptr) {
            Partitioning& item = rows.partitionings.add();
            item.table = form->partrelid;
            item.key = copy_numbers(form->partattrs.values, form->partnatts);
        }
    });
}

/** By stat, not by opening the relation: neither a lock nor a relcache entry; a file that is gone
    counts as empty. */
double file_bytes(const Relation& relation) {
    char path[MAXPGPATH];
    char segment[MAXPGPATH + 16];
    compat::relation_path(path, sizeof path, relation.tablespace, relation.file);
    double bytes = 0;
    for (unsigned number = 0;; ++number) {
        if (number == 0) {
            strlcpy(segment, path, sizeof segment);
        } else {
            snprintf(segment, sizeof segment, "%s.%u", path, number);
        }
        struct stat status;
        if (stat(segment, &status) != 0) {
            return bytes;
        }
        bytes += static_cast<double>(status.st_size);
        if (status.st_size < static_cast<off_t>(RELSEG_SIZE) * BLCKSZ) {
            return bytes;
        }
    }
}

bool has_file(const Relation& relation) {
    return relation.file != InvalidOid && RELKIND_HAS_STORAGE(relation.kind);
}

} // namespace

uint64 scan_extension_members(Snapshot snapshot, KeyMap* members) {
    uint64 sum = 0;
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(ExtensionRelationId));
    const ::Relation depend = table_open(DependRelationId, AccessShareLock);
    const SysScanDesc scan =
        systable_beginscan(depend, DependReferenceIndexId, true, snapshot, 1, &key);
    for (HeapTuple tuple; (tuple = systable_getnext(scan)) != nullptr;) {
        const auto* form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (form->deptype == DEPENDENCY_EXTENSION && form->classid == RelationRelationId) {
            sum += form->objid * UINT64CONST(0x9e3779b97f4a7c15) ^ (form->objid << 7);
            if (members != nullptr) {
                members->add(form->objid, 1);
            }
        }
    }
    systable_endscan(scan);
    table_close(depend, AccessShareLock);
    return sum;
}

void scan_relations(Rows& rows, Snapshot snapshot) {
    KeyMap members{};
    scan_extension_members(snapshot, &members);
    scan_namespaces(rows, snapshot);
    scan_classes(rows, snapshot, members);
    scan_inheritance(rows, snapshot);
    for (const Relation& table : rows.relations) {
        if (table.is_table && table.toast != InvalidOid) {
            if (Relation* toast = rows.relation(table.toast)) {
                toast->owner_table = table.oid;
            }
        }
    }
}

void read_sizes(Rows& rows) {
    size_t tables = 0;
    for (const Relation& relation : rows.relations) {
        tables += relation.is_table ? 1 : 0;
    }
    for (Relation& relation : rows.relations) {
        const Relation* owner = relation.is_table ? &relation : rows.table(relation.owner_table);
        if (owner == nullptr && relation.kind == RELKIND_INDEX) { // perhaps of a toast table
            const Relation* toast = rows.relation(relation.owner_table);
            owner = toast != nullptr ? rows.table(toast->owner_table) : nullptr;
            relation.owner_table = owner != nullptr ? owner->oid : InvalidOid;
        }
        if (owner == nullptr || !has_file(relation)) {
            continue;
        }
        relation.size_read = tables <= kMostTablesToMeasure ||
                             (relation.is_table && (relation.pages == 0 || relation.tuples < 0));
        relation.bytes = relation.size_read ? file_bytes(relation)
                                            : static_cast<double>(relation.pages) * BLCKSZ;
    }
}

Numbers copy_numbers(const int16* items, int count) {
    Numbers numbers{static_cast<int16*>(palloc(sizeof(int16) * static_cast<Size>(count + 1))),
                    count};
    std::memcpy(numbers.items, items, sizeof(int16) * static_cast<Size>(count));
    return numbers;
}

Numbers numbers_of(HeapTuple tuple, int attribute, TupleDesc descriptor) {
    bool null = false;
    const Datum datum = heap_getattr(tuple, attribute, descriptor, &null);
    if (null) {
        return {nullptr, 0};
    }
    ArrayType* array = DatumGetArrayTypeP(datum);
    return copy_numbers(reinterpret_cast<int16*>(ARR_DATA_PTR(array)),
                        ARR_NDIM(array) > 0 ? ARR_DIMS(array)[0] : 0);
}

Rows* scan(Snapshot snapshot) {
    auto* rows = static_cast<Rows*>(palloc0(sizeof(Rows)));
    scan_relations(*rows, snapshot);
    scan_constraints(*rows, snapshot);
    scan_columns(*rows, snapshot);
    scan_indexes(*rows, snapshot);
    scan_triggers(*rows, snapshot);
    scan_statistics(*rows, snapshot);
    read_sizes(*rows);
    return rows;
}

} // namespace pg_stress::backend::catalog

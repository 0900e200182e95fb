// Constraints, indexes, triggers and rules. Zone: backend; all may ereport.
#include <cstring>

#include "catalog_rows.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_language.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "commands/proclang.h"
}

namespace pg_stress::backend::catalog {

namespace {

char* text_of(Datum datum) { return TextDatumGetCString(datum); }

/** The name of an operator class, the same string for the same class. */
char* operator_class(Oid oid, KeyMap& known, PodArray<char*>& names) {
    const int found = known.find(oid);
    if (found >= 0) {
        return names.items[found];
    }
    const HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(oid));
    char* name = pstrdup("");
    if (HeapTupleIsValid(tuple)) {
        name = pstrdup(NameStr(reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple))->opcname));
        ReleaseSysCache(tuple);
    }
    known.add(oid, static_cast<int>(names.count));
    names.add() = name;
    return name;
}

/** The value of search_path in a function's settings, or nullptr. */
char* search_path_of(HeapTuple tuple) {
    bool null = true;
    const Datum settings = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &null);
    if (null) {
        return nullptr;
    }
    Datum* items = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(settings), TEXTOID, -1, false, TYPALIGN_INT, &items,
                      nullptr, &count);
    static constexpr char kName[] = "search_path=";
    for (int i = 0; i < count; ++i) {
        char* setting = text_of(items[i]);
        if (std::strncmp(setting, kName, sizeof kName - 1) == 0) {
            return setting + sizeof kName - 1;
        }
    }
    return nullptr;
}

int add_function(Rows& rows, KeyMap& known, Oid oid, Oid plpgsql) {
    const int found = known.find(oid);
    if (found >= 0) {
        return found;
    }
    Function& item = rows.functions.add();
    const auto index = static_cast<int>(rows.functions.count - 1);
    known.add(oid, index);
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
    if (!HeapTupleIsValid(tuple)) {
        return index;
    }
    const auto* form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    item.schema = form->pronamespace;
    bool null = true;
    const Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &null);
    char* text = null ? pstrdup("") : text_of(source);
    if (form->prolang == plpgsql && plpgsql != InvalidOid) {
        item.kind = FunctionKind::PlpgsqlSource;
        item.source = text;
        item.search_path = search_path_of(tuple);
    } else if (oid == F_TSVECTOR_UPDATE_TRIGGER || oid == F_TSVECTOR_UPDATE_TRIGGER_COLUMN ||
               (form->prolang == ClanguageId &&
                (std::strcmp(text, "moddatetime") == 0 ||
                 std::strcmp(text, "insert_username") == 0))) { // of PostgreSQL's contrib/spi
        item.kind = FunctionKind::AssignsFirstArgument;
    }
    ReleaseSysCache(tuple);
    return index;
}

char* first_argument(HeapTuple tuple, TupleDesc descriptor) {
    bool null = true;
    const Datum arguments = heap_getattr(tuple, Anum_pg_trigger_tgargs, descriptor, &null);
    if (null) {
        return nullptr;
    }
    bytea* bytes = DatumGetByteaPP(arguments);
    return pnstrdup(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

} // namespace

void scan_constraints(Rows& rows, Snapshot snapshot) {
    for_each_row(ConstraintRelationId, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
        const bool foreign_key = form->contype == CONSTRAINT_FOREIGN;
        // What has a parent constraint is its copy on a partition.
        if ((!foreign_key && form->contype != CONSTRAINT_CHECK) ||
            (foreign_key && form->conparentid != InvalidOid) ||
            rows.table(form->conrelid) == nullptr) {
            return;
        }
        Constraint& item = rows.constraints.add();
        item.oid = form->oid;
        item.table = form->conrelid;
        item.parent = form->confrelid;
        item.name = form->conname;
        item.kind = form->contype;
        item.on_delete = form->confdeltype;
        item.deferrable = form->condeferrable;
        item.deferred = form->condeferred;
        item.validated = form->convalidated;
        item.inherited = form->coninhcount > 0;
        item.columns = numbers_of(tuple, Anum_pg_constraint_conkey, descriptor);
        item.parent_columns = numbers_of(tuple, Anum_pg_constraint_confkey, descriptor);
    });
}

void scan_indexes(Rows& rows, Snapshot snapshot) {
    KeyMap known{};
    PodArray<char*> names{};
    for_each_row(IndexRelationId, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        const auto* form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
        Relation* index = rows.relation(form->indexrelid);
        if (index == nullptr) {
            return;
        }
        index->owner_table = form->indrelid;
        const Relation* table = rows.table(form->indrelid);
        if (table == nullptr || table->partition || !form->indislive) {
            return; // of a partition: only its size counts
        }
        Index& item = rows.indexes.add();
        item.oid = form->indexrelid;
        item.table = form->indrelid;
        const int keys = form->indnkeyatts;
        item.keys = copy_numbers(form->indkey.values, keys);
        item.included = copy_numbers(form->indkey.values + keys, form->indnatts - keys);
        item.unique = form->indisunique;
        item.primary = form->indisprimary;
        item.exclusion = form->indisexclusion;
        item.valid = form->indisvalid && form->indisready;
        item.immediate = form->indimmediate;
        item.partial = !heap_attisnull(tuple, Anum_pg_index_indpred, descriptor);
        item.expression = !heap_attisnull(tuple, Anum_pg_index_indexprs, descriptor);
        bool null = true;
        const Datum classes = heap_getattr(tuple, Anum_pg_index_indclass, descriptor, &null);
        const auto* vector = reinterpret_cast<oidvector*>(DatumGetPointer(classes));
        item.operator_classes =
            static_cast<char**>(palloc(sizeof(char*) * static_cast<Size>(keys)));
        for (int i = 0; i < keys; ++i) {
            item.operator_classes[i] = operator_class(vector->values[i], known, names);
        }
    });
}

void scan_triggers(Rows& rows, Snapshot snapshot) {
    KeyMap known{};
    const Oid plpgsql = get_language_oid("plpgsql", true);
    for_each_row(TriggerRelationId, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        const auto* form = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));
        const bool fires = form->tgenabled == 'O' || form->tgenabled == 'A';
        if (form->tgisinternal || form->tgparentid != InvalidOid || !fires ||
            rows.table(form->tgrelid) == nullptr) {
            return;
        }
        const int function = add_function(rows, known, form->tgfoid, plpgsql);
        Trigger& item = rows.triggers.add();
        item.table = form->tgrelid;
        item.name = form->tgname;
        item.function = function;
        item.before_row = TRIGGER_FOR_BEFORE(form->tgtype) && TRIGGER_FOR_ROW(form->tgtype);
        item.on_insert = TRIGGER_FOR_INSERT(form->tgtype);
        item.on_update = TRIGGER_FOR_UPDATE(form->tgtype);
        item.first_argument = form->tgnargs > 0 ? first_argument(tuple, descriptor) : nullptr;
    });
    for_each_row(RewriteRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple));
        Relation* table = rows.table(form->ev_class);
        if (table != nullptr && form->ev_enabled != 'D' && form->ev_enabled != 'R') {
            table->has_rules = true;
        }
    });
}

} // namespace pg_stress::backend::catalog

// Columns, their types, their statistics. Zone: backend; all may ereport.
#include <cstring>

#include "catalog_rows.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_statistic.h"
}

namespace pg_stress::backend::catalog {

namespace {

/** As format_type prints it, but the same under any search_path: a user's type is qualified. */
char* type_text(Oid type, int32 modifier, Oid schema) {
    const bits16 qualify = schema == PG_CATALOG_NAMESPACE ? 0 : FORMAT_TYPE_FORCE_QUALIFY;
    return format_type_extended(
        type, modifier,
        static_cast<bits16>(FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_ALLOW_INVALID | qualify));
}

/** Down through domains to a base type; false when the type is gone. */
struct BaseType {
    Oid oid, schema, element;
    int32 modifier;
    char kind, category;
    NameData name;
    bool domain, not_null, has_default, has_check;
};

bool find_base(Oid type, int32 modifier, const KeyMap& checked_domains, BaseType& base) {
    base = {};
    base.modifier = modifier;
    for (;;) {
        const HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
        if (!HeapTupleIsValid(tuple)) {
            return false;
        }
        const auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
        const bool domain = form->typtype == TYPTYPE_DOMAIN;
        base.oid = type;
        base.schema = form->typnamespace;
        base.kind = form->typtype;
        base.category = form->typcategory;
        base.name = form->typname;
        base.element = form->typcategory == TYPCATEGORY_ARRAY ? form->typelem : InvalidOid;
        if (domain) {
            base.domain = true;
            base.not_null = base.not_null || form->typnotnull;
            base.has_check = base.has_check || checked_domains.find(type) >= 0;
            base.has_default =
                base.has_default || !heap_attisnull(tuple, Anum_pg_type_typdefault, nullptr);
            base.modifier = form->typtypmod;
            type = form->typbasetype;
        }
        ReleaseSysCache(tuple);
        if (!domain) {
            return true;
        }
    }
}

/** Whether a stored default calls nextval: read off the expression's text, which is much cheaper
    than decoding thousands of expressions. */
bool calls_nextval(HeapTuple tuple, TupleDesc descriptor) {
    bool null = false;
    const Datum datum = heap_getattr(tuple, Anum_pg_attrdef_adbin, descriptor, &null);
    if (null) {
        return false;
    }
    static constexpr char kCall[] = ":funcid 1574 ";
    static_assert(F_NEXTVAL == 1574);
    text* expression = DatumGetTextPP(datum);
    const bool found = memmem(VARDATA_ANY(expression), VARSIZE_ANY_EXHDR(expression), kCall,
                              sizeof kCall - 1) != nullptr;
    if (reinterpret_cast<Pointer>(expression) != DatumGetPointer(datum)) {
        pfree(expression);
    }
    return found;
}

uint64 column_key(Oid table, int16 number) {
    return (static_cast<uint64>(table) << 16) | static_cast<uint16>(number);
}

} // namespace

int add_type(Rows& rows, KeyMap& known, const KeyMap& checked_domains, Oid type, int32 modifier) {
    const uint64 key = (static_cast<uint64>(type) << 32) | static_cast<uint32>(modifier);
    const int found = known.find(key);
    if (found >= 0) {
        return found;
    }
    Type& item = rows.types.add();
    const auto index = static_cast<int>(rows.types.count - 1);
    known.add(key, index);
    item.oid = type;
    BaseType base, element;
    if (!find_base(type, modifier, checked_domains, base)) { // dropped since the snapshot
        item.text = item.base_text = pstrdup("???");
        return index;
    }
    const Oid schema = base.domain ? InvalidOid : base.schema;
    item.base = base.oid;
    item.text = type_text(type, modifier, schema);
    item.base_text = type_text(base.oid, -1, base.schema);
    item.base_modifier = base.modifier;
    item.base_kind = base.kind;
    item.base_category = base.category;
    item.base_name = base.name;
    item.domain = base.domain;
    item.not_null = base.not_null;
    item.has_default = base.has_default;
    item.has_check = base.has_check;
    item.width = get_typavgwidth(base.oid, base.modifier);
    if (base.element != InvalidOid && find_base(base.element, -1, checked_domains, element)) {
        item.element_base = element.oid;
        item.element_kind = element.kind;
        item.element_category = element.category;
    }
    return index;
}

void scan_columns(Rows& rows, Snapshot snapshot) {
    KeyMap checked_domains{}, known_types{}, from_sequence{};
    for_each_row(ConstraintRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
        if (form->contype == CONSTRAINT_CHECK && form->contypid != InvalidOid) {
            checked_domains.add(form->contypid, 1);
        }
    });
    for_each_row(AttrDefaultRelationId, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        const auto* form = reinterpret_cast<Form_pg_attrdef>(GETSTRUCT(tuple));
        if (rows.table(form->adrelid) != nullptr && calls_nextval(tuple, descriptor)) {
            from_sequence.add(column_key(form->adrelid, form->adnum), 1);
        }
    });
    for_each_row(EnumRelationId, snapshot, [&](HeapTuple tuple, TupleDesc) {
        const auto* form = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple));
        EnumLabel& item = rows.labels.add();
        item.type = form->enumtypid;
        item.order = form->enumsortorder;
        item.label = form->enumlabel;
    });
    for_each_row(AttributeRelationId, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        const auto* form = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
        const int relation = rows.relation_by_oid.find(form->attrelid);
        if (form->attnum <= 0 || form->attisdropped || relation < 0 ||
            !rows.relations.items[relation].is_table) {
            return;
        }
        const int type =
            add_type(rows, known_types, checked_domains, form->atttypid, form->atttypmod);
        Attribute& item = rows.attributes.add();
        item.relation = relation;
        item.number = form->attnum;
        item.name = form->attname;
        item.type = type;
        item.not_null = form->attnotnull;
        item.generated = form->attgenerated != '\0';
        item.has_default = form->atthasdef && !item.generated;
        item.serial = from_sequence.find(column_key(form->attrelid, form->attnum)) >= 0;
        item.identity = form->attidentity;
        item.readable_by_column = !rows.relations.items[relation].can_select &&
                                  !heap_attisnull(tuple, Anum_pg_attribute_attacl, descriptor) &&
                                  pg_attribute_aclcheck(form->attrelid, form->attnum, GetUserId(),
                                                        ACL_SELECT) == ACLCHECK_OK;
    });
}

void scan_statistics(Rows& rows, Snapshot snapshot) {
    for_each_row(StatisticRelationId, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        const auto* form = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple));
        const int relation = rows.relation_by_oid.find(form->starelid);
        if (relation < 0 || !rows.relations.items[relation].is_table) {
            return;
        }
        Statistic& item = rows.statistics.add();
        item.relation = relation;
        item.number = form->staattnum;
        item.inherited = form->stainherit;
        item.null_fraction = form->stanullfrac;
        item.distinct = form->stadistinct;
        item.width = form->stawidth;
        const int16 kinds[] = {form->stakind1, form->stakind2, form->stakind3, form->stakind4,
                               form->stakind5};
        for (int slot = 0; slot < STATISTIC_NUM_SLOTS; ++slot) {
            bool null = true;
            if (kinds[slot] != STATISTIC_KIND_CORRELATION) {
                continue;
            }
            const Datum numbers =
                heap_getattr(tuple, Anum_pg_statistic_stanumbers1 + slot, descriptor, &null);
            if (!null) {
                ArrayType* array = DatumGetArrayTypeP(numbers);
                item.correlation = reinterpret_cast<float4*>(ARR_DATA_PTR(array))[0];
            }
        }
    });
}

} // namespace pg_stress::backend::catalog

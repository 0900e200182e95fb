// Rows of the system catalogs, as far as the schema model needs them. Zone: backend.
//
// Plain data in the memory context that was current at the scan: no destructors, so that an error
// of the server may jump over all of it. The reader turns it into core::SchemaModel afterwards,
// without any call of the server.
#pragma once

#include <cstring>
#include <type_traits>

#include "backend/postgres.hpp"

namespace pg_stress::backend::catalog {

template <typename T> struct PodArray {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    T* items;
    size_t count, capacity;

    T& add() {
        if (count == capacity) {
            capacity = capacity == 0 ? 64 : 2 * capacity;
            const Size bytes = capacity * sizeof(T);
            items = static_cast<T*>(items == nullptr
                                        ? MemoryContextAllocHuge(CurrentMemoryContext, bytes)
                                        : repalloc_huge(items, bytes));
        }
        T& item = items[count++];
        std::memset(static_cast<void*>(&item), 0, sizeof(T));
        return item;
    }
    T* begin() const { return items; }
    T* end() const { return items + count; }
};

/** From a key above 0 to a number; open addressing. */
struct KeyMap {
    struct Slot {
        uint64 key;
        int value;
    };
    Slot* slots;
    size_t used, capacity; // a power of two

    static size_t place(uint64 key, size_t slots_in_all) {
        return static_cast<size_t>((key * UINT64CONST(0x9e3779b97f4a7c15)) >> 20) &
               (slots_in_all - 1);
    }
    int find(uint64 key) const { // -1 where absent
        if (capacity == 0) {
            return -1;
        }
        size_t i = place(key, capacity);
        while (slots[i].key != 0 && slots[i].key != key) {
            i = (i + 1) & (capacity - 1);
        }
        return slots[i].key == key ? slots[i].value : -1;
    }
    void add(uint64 key, int value) {
        if (2 * (used + 1) > capacity) {
            grow();
        }
        size_t i = place(key, capacity);
        while (slots[i].key != 0 && slots[i].key != key) {
            i = (i + 1) & (capacity - 1);
        }
        used += slots[i].key == 0 ? 1 : 0;
        slots[i] = {key, value};
    }

  private:
    void grow() {
        const Slot* old = slots;
        const size_t old_capacity = capacity;
        capacity = old_capacity == 0 ? 256 : 2 * old_capacity;
        slots = static_cast<Slot*>(MemoryContextAllocExtended(
            CurrentMemoryContext, capacity * sizeof(Slot), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
        used = 0;
        for (size_t i = 0; i < old_capacity; ++i) {
            if (old[i].key != 0) {
                add(old[i].key, old[i].value);
            }
        }
    }
};

struct Numbers { // column numbers
    int16* items;
    int count;
};

struct Namespace {
    Oid oid;
    NameData name;
    bool readable; // of a user, and the role has USAGE
};

struct Relation {                 // table, index or toast table
    Oid oid, schema, owner_table; // owner_table: of an index or toast table
    NameData name;
    char kind;
    Oid access_method, toast, tablespace, file;
    float4 tuples;
    int32 pages;
    bool is_table, partition, unlogged, row_security, has_rules;
    bool can_select, can_insert, can_update, can_delete;
    bool size_read; // bytes and pages are of the file, not of the catalog
    double bytes;
    Oid parent; // of a partition
    int inheritance_children;
};

struct Attribute {
    int relation; // in relations
    int16 number;
    NameData name;
    int type; // in types
    bool not_null, has_default, serial, generated, readable_by_column;
    char identity;
};

struct Type { // of a column: one for each pair of type and modifier
    Oid oid, base;
    char *text, *base_text; // as format_type prints them
    int32 base_modifier;
    char base_kind, base_category;
    NameData base_name;
    Oid element_base; // of an array
    char element_kind, element_category;
    bool domain, not_null, has_default, has_check;
    int width;
};

struct Constraint {
    Oid oid, table, parent; // parent: of a foreign key
    NameData name;
    char kind, on_delete; // kind: 'f' or 'c'
    bool deferrable, deferred, validated, inherited;
    Numbers columns, parent_columns;
};

struct Index {
    Oid oid, table;
    Numbers keys, included;
    char** operator_classes;
    bool unique, primary, exclusion, valid, immediate, partial, expression;
};

struct Partitioning {
    Oid table;
    Numbers key;
};

struct Trigger {
    Oid table;
    NameData name;
    int function; // in functions
    bool before_row, on_insert, on_update;
    char* first_argument; // or nullptr
};

enum class FunctionKind : uint8 { Other, PlpgsqlSource, AssignsFirstArgument };

struct Function {
    Oid schema;
    FunctionKind kind;
    char* source;      // of PL/pgSQL
    char* search_path; // its own setting, or nullptr
};

struct Statistic {
    int relation;
    int16 number;
    bool inherited;
    float4 null_fraction, distinct, correlation;
    int32 width;
};

struct EnumLabel {
    Oid type;
    float4 order;
    NameData label;
};

struct Rows {
    PodArray<Namespace> namespaces;
    PodArray<Relation> relations;
    PodArray<Attribute> attributes;
    PodArray<Type> types;
    PodArray<Constraint> constraints;
    PodArray<Index> indexes;
    PodArray<Partitioning> partitionings;
    PodArray<Trigger> triggers;
    PodArray<Function> functions;
    PodArray<Statistic> statistics;
    PodArray<EnumLabel> labels;
    KeyMap namespace_by_oid, relation_by_oid;

    Relation* relation(Oid oid) const {
        const int i = relation_by_oid.find(oid);
        return i >= 0 ? &relations.items[i] : nullptr;
    }
    Relation* table(Oid oid) const {
        Relation* found = relation(oid);
        return found != nullptr && found->is_table ? found : nullptr;
    }
};

/** Scans under one snapshot, for the current role. May ereport. */
Rows* scan(Snapshot snapshot);

/** Parts of scan(), in their own files. May ereport. */
void scan_relations(Rows& rows, Snapshot snapshot);
void scan_columns(Rows& rows, Snapshot snapshot);
void scan_constraints(Rows& rows, Snapshot snapshot);
void scan_indexes(Rows& rows, Snapshot snapshot);
void scan_triggers(Rows& rows, Snapshot snapshot);
void scan_statistics(Rows& rows, Snapshot snapshot);
int add_type(Rows& rows, KeyMap& known, const KeyMap& checked_domains, Oid type, int32 modifier);
/** Sets bytes: of the files where the schema is small or the catalog knows nothing. */
void read_sizes(Rows& rows);
/** Sum over the oids of all relations that belong to extensions; *members gets them if given. */
uint64 scan_extension_members(Snapshot snapshot, KeyMap* members);

/** Calls each(tuple, descriptor) for every visible row of a catalog. May ereport. */
template <typename F> void for_each_row(Oid catalog, Snapshot snapshot, F&& each) {
    const ::Relation relation = table_open(catalog, AccessShareLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    const TableScanDesc scan = table_beginscan_strat(relation, snapshot, 0, nullptr, true, false);
    for (HeapTuple tuple; (tuple = heap_getnext(scan, ForwardScanDirection)) != nullptr;) {
        each(tuple, descriptor);
    }
    table_endscan(scan);
    table_close(relation, AccessShareLock);
}

Numbers copy_numbers(const int16* items, int count);
/** Of an int2[] attribute; none for NULL. */
Numbers numbers_of(HeapTuple tuple, int attribute, TupleDesc descriptor);

} // namespace pg_stress::backend::catalog

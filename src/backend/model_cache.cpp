// The kept model of this session. Zone: backend.
//
// The server tells each session of every change of a catalog by invalidation messages, its own
// changes and their rollback included; the callbacks below only count them. The count is taken
// before the snapshot of a read, so a change that arrives in between makes the next call read
// again: never a false "unchanged". Two things come without such a message and are looked at each
// time: which relations belong to extensions, and our own table of overrides.
#include <algorithm>
#include <cstdint>

#include "backend/catalog_reader.hpp"
#include "backend/guard.hpp"

#include "catalog_rows.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace pg_stress::backend {

namespace {

uint64_t changes = 1; // invalidation messages seen

struct Kept {
    Introspection value;
    std::vector<core::ClassOverride> overrides;
    uint64_t changes = 0; // as counted before the read
    uint64_t extension_members = 0;
    Oid role = InvalidOid;
    bool filled = false;
};

// Lives as long as the process; no static object, whose destructor would run at exit.
Kept& kept() {
    static Kept* const instance = new Kept;
    return *instance;
}

extern "C" {
void pgs_relation_changed(Datum, Oid) { ++changes; }
void pgs_catalog_changed(Datum, int, uint32) { ++changes; }
}

void listen_to_changes() {
    static bool listening = false;
    if (listening) {
        return;
    }
    listening = true;
    CacheRegisterRelcacheCallback(pgs_relation_changed, 0);
    // Whatever belongs to a relation (columns, defaults, indexes, triggers, rules, partitions)
    // comes as a message about the relation.
    constexpr int kCatalogs[] = {NAMESPACEOID, TYPEOID,       ENUMOID,     PROCOID,
                                 CONSTROID,    STATRELATTINH, AUTHOID,     AUTHMEMROLEMEM,
                                 CLAOID,       PARTRELID,     DATABASEOID, LANGOID};
    for (const int catalog : kCatalogs) {
        CacheRegisterSyscacheCallback(catalog, pgs_catalog_changed, 0);
    }
}

struct OverrideRow {
    char *schema, *table, *table_class;
};

void scan_overrides(Snapshot snapshot, catalog::PodArray<OverrideRow>& rows) {
    const Oid schema = get_namespace_oid("pg_stress", true);
    const Oid table =
        schema != InvalidOid ? get_relname_relid("class_override", schema) : InvalidOid;
    if (table == InvalidOid) { // the extension is not in this database
        return;
    }
    catalog::for_each_row(table, snapshot, [&](HeapTuple tuple, TupleDesc descriptor) {
        char* texts[3];
        for (int i = 0; i < 3; ++i) {
            bool null = false;
            texts[i] = TextDatumGetCString(heap_getattr(tuple, i + 1, descriptor, &null));
        }
        rows.add() = {texts[0], texts[1], texts[2]};
    });
}

/** What no invalidation message tells of. */
struct Unannounced {
    std::vector<core::ClassOverride> overrides;
    uint64_t extension_members = 0;
};

Unannounced read_unannounced() {
    Unannounced result;
    catalog::PodArray<OverrideRow> rows{};
    result.extension_members = call([&] {
        const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
        scan_overrides(snapshot, rows);
        const uint64 members = catalog::scan_extension_members(snapshot, nullptr);
        UnregisterSnapshot(snapshot);
        return members;
    });
    for (const OverrideRow& row : rows) {
        core::ClassOverride item{row.schema, row.table, core::TableClass::Entity};
        if (core::parse_table_class(row.table_class, item.table_class)) {
            result.overrides.push_back(std::move(item));
        }
    }
    return result;
}

bool same(const std::vector<core::ClassOverride>& a, const std::vector<core::ClassOverride>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.schema == y.schema && x.table == y.table && x.table_class == y.table_class;
    });
}

} // namespace

const Introspection& introspect(bool refresh) {
    Kept& cache = kept();
    call([&] {
        listen_to_changes();
        AcceptInvalidationMessages();
    });
    const uint64_t changes_before = changes;
    Unannounced now = read_unannounced();
    const bool same_overrides = cache.filled && same(cache.overrides, now.overrides);
    const bool unchanged = cache.filled && !refresh && cache.changes == changes_before &&
                           cache.extension_members == now.extension_members &&
                           cache.role == GetUserId();
    if (!unchanged) {
        core::SchemaModel model = read_catalog();
        const core::SchemaModel& old = cache.value.model;
        const bool same_content = cache.filled && old.content_hash == model.content_hash &&
                                  old.statistics_hash == model.statistics_hash;
        cache.filled = false; // until all of it is new
        cache.value.model = std::move(model);
        if (!same_content) {
            cache.value.chains = core::find_chains(cache.value.model);
        }
    }
    if (!unchanged || !same_overrides) {
        core::classify(cache.value.model, now.overrides);
    }
    cache.value.cached = unchanged;
    cache.overrides = std::move(now.overrides);
    cache.changes = changes_before;
    cache.extension_members = now.extension_members;
    cache.role = GetUserId();
    cache.filled = true;
    return cache.value;
}

} // namespace pg_stress::backend

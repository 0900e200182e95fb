#include "backend/sample_pool.hpp"

#include <algorithm>
#include <cstdint>

#include "backend/postgres.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "utils/datum.h"
#include "utils/regproc.h"
}

namespace pg_stress::backend {

namespace {

/** Pages of the relation, with its partitions and children; also its rows for each page, 0 when
    unknown. May ereport. */
struct Size {
    double pages, rows_per_page;
};

Size size_of(Oid relation) {
    constexpr char kQuery[] =
        "WITH RECURSIVE family(oid) AS ("
        "  SELECT $1 UNION ALL"
        "  SELECT i.inhrelid FROM pg_catalog.pg_inherits i, family f WHERE i.inhparent = f.oid) "
        "SELECT COALESCE(sum(pg_catalog.pg_relation_size(c.oid))"
        "         / pg_catalog.current_setting('block_size')::int8, 0)::float8,"
        "  COALESCE(sum(c.reltuples) FILTER (WHERE c.reltuples > 0)"
        "         / NULLIF(sum(c.relpages) FILTER (WHERE c.reltuples > 0), 0), 0)::float8 "
        "FROM pg_catalog.pg_class c, family f WHERE c.oid = f.oid AND c.relkind IN ('r','m','t')";
    Oid types[1] = {OIDOID};
    Datum values[1] = {ObjectIdGetDatum(relation)};
    if (SPI_execute_with_args(kQuery, 1, types, values, nullptr, true, 1) != SPI_OK_SELECT ||
        SPI_processed != 1) {
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("cannot tell a table's size")));
    }
    bool null = false;
    Size size;
    TupleDesc description = SPI_tuptable->tupdesc;
    HeapTuple row = SPI_tuptable->vals[0];
    size.pages = DatumGetFloat8(SPI_getbinval(row, description, 1, &null));
    size.rows_per_page = DatumGetFloat8(SPI_getbinval(row, description, 2, &null));
    SPI_freetuptable(SPI_tuptable);
    return size;
}

uint64_t hash_of(Datum value, const SamplePool::Column& column) {
    if (column.by_value) {
        return core::mix64(static_cast<uint64_t>(value));
    }
    const char* bytes = DatumGetPointer(value);
    size_t count = static_cast<size_t>(column.length);
    if (column.length == -1) {
        count = VARSIZE_ANY_EXHDR(bytes);
        bytes = VARDATA_ANY(bytes);
    } else if (column.length == -2) {
        count = strlen(bytes);
    }
    uint64_t hash = 0xcbf29ce484222325ULL; // FNV-1a
    for (size_t i = 0; i < count; ++i) {
        hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3ULL;
    }
    return core::mix64(hash);
}

} // namespace

SamplePool::SamplePool(std::string table, MemoryContext parent)
    : table_(std::move(table)), parent_(parent) {}

SamplePool::~SamplePool() {
    if (sample_.context != nullptr) {
        MemoryContextDelete(sample_.context);
    }
}

int SamplePool::add_column(const std::string& name) {
    for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].name == name) {
            return static_cast<int>(i);
        }
    }
    columns_.push_back({name, InvalidOid, 0, false, false});
    return static_cast<int>(columns_.size()) - 1;
}

void SamplePool::resolve() {
    List* name = stringToQualifiedNameList(table_.c_str()
#if PG_VERSION_NUM >= 160000
                                               ,
                                           nullptr
#endif
    );
    relation_ = RangeVarGetRelid(makeRangeVarFromNameList(name), AccessShareLock, false);
    for (auto& column : columns_) {
        const AttrNumber number = get_attnum(relation_, column.name.c_str());
        if (number == InvalidAttrNumber) {
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("column \"%s\" of table %s does not exist", column.name.c_str(),
                                   table_.c_str())));
        }
        column.type = getBaseType(get_atttype(relation_, number));
        get_typlenbyval(column.type, &column.length, &column.by_value);
    }
}

const char* SamplePool::query(uint64_t seed, bool& by_pages) const {
    by_pages = true;
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfoString(&text, "SELECT ");
    const char* comma = "";
    for (const auto& column : columns_) {
        appendStringInfo(&text, "%s%s", comma, quote_identifier(column.name.c_str()));
        comma = ", ";
    }
    appendStringInfo(&text, " FROM %s", table_.c_str());
    const char kind = get_rel_relkind(relation_);
    if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_MATVIEW) {
        const Size size = size_of(relation_);
        const double rows = size.rows_per_page > 0 ? size.rows_per_page : kRows / kPages;
        const double pages = std::clamp(kRows / rows * 1.25, double{kPages}, double{kPages} * 16);
        if (size.pages > pages * 1.5) {
            appendStringInfo(&text, " TABLESAMPLE SYSTEM (%.9g) REPEATABLE (%u)",
                             100.0 * pages / size.pages,
                             static_cast<unsigned>(core::mix64(seed) & 0x7fffffff));
        } else {
            by_pages = false;
        }
    } else {
        appendStringInfo(&text, " LIMIT %u", kRows);
    }
    return text.data;
}

struct SamplePool::Found {
    HeapTuple tuple;
    uint64_t identity;
    uint64_t position; // in the table; then what the sample is sorted by
};

/** Equal rows are told apart by how many there are, in whatever order they lie. */
void SamplePool::identify(Found* found, uint64_t count, TupleDesc description) const {
    for (uint64_t i = 0; i < count; ++i) {
        uint64_t hash = 0;
        for (int c = 0; c < description->natts; ++c) {
            bool null = false;
            const Datum value = SPI_getbinval(found[i].tuple, description, c + 1, &null);
            if (!null && column(c).length == -1) {
                auto* detoasted = PG_DETOAST_DATUM_PACKED(value);
                hash = core::mix64(hash ^ hash_of(PointerGetDatum(detoasted), column(c)));
                if (DatumGetPointer(value) != reinterpret_cast<char*>(detoasted)) {
                    pfree(detoasted);
                }
            } else {
                hash = core::mix64(hash ^ (null ? 1 : hash_of(value, column(c))));
            }
        }
        found[i].identity = hash;
    }
    std::sort(found, found + count, [](const Found& a, const Found& b) {
        return a.identity != b.identity ? a.identity < b.identity : a.position < b.position;
    });
    uint64_t same = 0, last = 0;
    for (uint64_t i = 0; i < count; ++i) {
        const uint64_t hash = found[i].identity;
        same = i > 0 && hash == last ? same + 1 : 0;
        last = hash;
        found[i].identity = core::mix64(hash + same * 0x9e3779b97f4a7c15ULL);
    }
}

/** At most kRows of them come first: rows of pages evenly spread, of a whole table by identity. */
uint32_t SamplePool::select(Found* found, uint64_t count, bool by_pages) const {
    const auto by_identity = [](const Found& a, const Found& b) { return a.identity < b.identity; };
    const auto by_position = [](const Found& a, const Found& b) { return a.position < b.position; };
    if (count <= kRows || !by_pages) {
        const auto kept = std::min<uint64_t>(count, kRows);
        std::sort(found, found + count, by_identity);
        std::sort(found, found + kept, by_position);
        return static_cast<uint32_t>(kept);
    }
    std::sort(found, found + count, by_position);
    for (uint64_t row = 0; row < kRows; ++row) {
        found[row] = found[(row * count + count / 2) / kRows];
    }
    return kRows;
}

/** Known rows in their old order, then new ones by their first column, where it is a number. */
void SamplePool::arrange(Found* found, uint32_t count, TupleDesc description) const {
    struct Known {
        uint64_t identity, place;
    };
    const uint32_t old_rows = sample_.rows;
    auto* known = static_cast<Known*>(palloc((old_rows + 1) * sizeof(Known)));
    for (uint32_t i = 0; i < old_rows; ++i) {
        known[i] = {sample_.identity[i], i};
    }
    const auto less = [](const Known& a, const Known& b) { return a.identity < b.identity; };
    std::sort(known, known + old_rows, less);
    const bool number = column(0).by_value;
    for (uint32_t i = 0; i < count; ++i) {
        const Known wanted{found[i].identity, 0};
        const Known* at = std::lower_bound(known, known + old_rows, wanted, less);
        if (at != known + old_rows && at->identity == wanted.identity) {
            found[i].position = at->place;
            continue;
        }
        bool null = false;
        const Datum value = SPI_getbinval(found[i].tuple, description, 1, &null);
        const uint64_t order = null     ? 0
                               : number ? static_cast<uint64_t>(value) ^ (uint64_t{1} << 63)
                                        : found[i].identity;
        found[i].position = old_rows + (order >> 1);
    }
    std::sort(found, found + count, [](const Found& a, const Found& b) {
        return a.position != b.position ? a.position < b.position : a.identity < b.identity;
    });
    pfree(known);
}

void SamplePool::copy_row(Sample& sample, uint32_t row, HeapTuple tuple,
                          TupleDesc description) const {
    uint64_t hash = 0;
    for (int i = 0; i < description->natts; ++i) {
        const Column& to = column(i);
        const size_t place = at(row, i);
        Datum value = SPI_getbinval(tuple, description, i + 1, &sample.nulls[place]);
        if (!sample.nulls[place]) {
            value = to.length == -1 ? PointerGetDatum(PG_DETOAST_DATUM_COPY(value))
                                    : datumCopy(value, to.by_value, to.length);
            sample.values[place] = value;
            hash = to.key ? core::mix64(hash ^ hash_of(value, to)) : hash;
        }
    }
    if (reserved_) {
        sample.hash[row] = hash;
    }
}

void SamplePool::load(uint64_t seed) {
    // The order of rows is part of the load; parallel scans have none.
    set_config_option("max_parallel_workers_per_gather", "0", PGC_USERSET, PGC_S_SESSION,
                      GUC_ACTION_LOCAL, true, 0, false);
    bool by_pages = false;
    const char* text = query(seed, by_pages);
    if (SPI_execute(text, true, 0) != SPI_OK_SELECT) {
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("cannot sample %s", text)));
    }
    SPITupleTable* table = SPI_tuptable;
    TupleDesc description = table->tupdesc;
    for (int i = 0; i < description->natts; ++i) {
        if (getBaseType(TupleDescAttr(description, i)->atttypid) != column(i).type) {
            ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                            errmsg("the type of column \"%s\" of table %s has changed",
                                   column(i).name.c_str(), table_.c_str())));
        }
    }
    const uint64_t count = table->numvals;
    auto* found = static_cast<Found*>(
        MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(Found)));
    for (uint64_t i = 0; i < count; ++i) {
        found[i] = {table->vals[i], 0, i};
    }
    identify(found, count, description);
    Sample fresh;
    fresh.rows = select(found, count, by_pages);
    fresh.complete = !by_pages && count <= kRows;
    if (!by_pages && sample_.rows > 0) {
        arrange(found, fresh.rows, description);
    }
    fresh.context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_stress sample", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(fresh.context);
    const size_t cells = fresh.rows * columns_.size() + 1;
    const size_t hashes = (fresh.rows + size_t{1}) * sizeof(uint64_t);
    fresh.values = static_cast<Datum*>(palloc0(cells * sizeof(Datum)));
    fresh.nulls = static_cast<bool*>(palloc0(cells * sizeof(bool)));
    fresh.identity = static_cast<uint64_t*>(palloc(hashes));
    fresh.hash = reserved_ ? static_cast<uint64_t*>(palloc(hashes)) : nullptr;
    for (uint32_t row = 0; row < fresh.rows; ++row) {
        CHECK_FOR_INTERRUPTS();
        fresh.identity[row] = found[row].identity;
        copy_row(fresh, row, found[row].tuple, description);
    }
    MemoryContextSwitchTo(old);
    pfree(found);
    SPI_freetuptable(table);
    MemoryContextSetParent(fresh.context, parent_); // it outlives the transaction from here on
    if (sample_.context != nullptr) {
        MemoryContextDelete(sample_.context);
    }
    sample_ = fresh;
}

} // namespace pg_stress::backend

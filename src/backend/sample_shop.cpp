// Feeds the rows of the sample shop to the server's own COPY. Zone: backend.
//
// COPY takes its bytes from a callback without an argument, so the source is a static pointer that
// lives for one call. COPY checks types, domains, NOT NULL and CHECK, computes defaults and
// generated columns, and routes to partitions: the rows are not trusted more than a user's.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/sample_tables.hpp"

#include "backend/guard.hpp"

extern "C" {
#include "commands/copy.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
}

namespace pg_stress::backend {

namespace {

class ShopSource {
  public:
    ShopSource(const core::SampleShop& shop, const core::SampleTable& table)
        : shop_(shop), table_(table), units_(table.units(shop)) {
        out_.header();
    }
    /** Up to `most` bytes, at least one unless the rows are out. */
    int read(char* to, size_t most) {
        if (read_ == out_.bytes().size()) {
            refill();
        }
        const size_t count = std::min(most, out_.bytes().size() - read_);
        std::memcpy(to, out_.bytes().data() + read_, count);
        read_ += count;
        return static_cast<int>(count);
    }

  private:
    static constexpr size_t kEnough = 60'000;
    void refill() {
        out_.clear();
        read_ = 0;
        while (unit_ < units_ && out_.bytes().size() < kEnough) {
            table_.write(shop_, ++unit_, sink_);
        }
        if (unit_ == units_ && !ended_) {
            out_.trailer();
            ended_ = true;
        }
    }
    const core::SampleShop& shop_;
    const core::SampleTable& table_;
    const int64_t units_;
    int64_t unit_ = 0;
    bool ended_ = false;
    size_t read_ = 0;
    core::CopyStream out_;
    core::RowSink sink_{out_};
};

ShopSource* current_source = nullptr;

extern "C" int read_sample_rows(void* to, int, int most) {
    return boundary(
        [&] { return current_source->read(static_cast<char*>(to), static_cast<size_t>(most)); });
}

/** The names between blanks, as COPY wants them. */
List* name_list(const char* names) {
    List* list = NIL;
    char* rest = pstrdup(names);
    for (char* name = strtok_r(rest, " ", &rest); name != nullptr;
         name = strtok_r(nullptr, " ", &rest)) {
        list = lappend(list, makeString(name));
    }
    return list;
}

/** The table, open, after the checks that COPY leaves to its caller. */
Relation open_for_copy(const char* schema, const char* table) {
    Relation relation =
        table_openrv(makeRangeVar(pstrdup(schema), pstrdup(table), -1), RowExclusiveLock);
    const AclResult allowed =
        pg_class_aclcheck(RelationGetRelid(relation), GetUserId(), ACL_INSERT);
    if (allowed != ACLCHECK_OK) {
        aclcheck_error(allowed, OBJECT_TABLE, table);
    }
    if (relation->rd_rel->relrowsecurity) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("table \"%s\" has row-level security", table)));
    }
    return relation;
}

/** The rows of current_source into one table. */
int64 copy_rows(const char* schema, const core::SampleTable& table) {
    Relation relation = open_for_copy(schema, table.name);
    ParseState* state = make_parsestate(nullptr);
    addRangeTableEntryForRelation(state, relation, RowExclusiveLock, nullptr, false, false);
    List* options =
        list_make1(makeDefElem(pstrdup("format"), (Node*)makeString(pstrdup("binary")), -1));
    CopyFromState copy = BeginCopyFrom(state, relation, nullptr, nullptr, false, read_sample_rows,
                                       name_list(table.columns), options);
    const uint64 rows = CopyFrom(copy);
    EndCopyFrom(copy);
    table_close(relation, NoLock);
    return static_cast<int64>(rows);
}

} // namespace

} // namespace pg_stress::backend

PGS_FUNCTION(fill_sample_shop) {
    using namespace pg_stress;
    char* const schema = backend::call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    const double scale = PG_GETARG_FLOAT8(1);
    const auto seed = static_cast<uint64_t>(PG_GETARG_INT64(2));
    const int64_t anchor = PG_GETARG_TIMESTAMPTZ(3);

    if (!(scale >= core::SampleShop::kSmallestScale && scale <= core::SampleShop::kLargestScale)) {
        backend::raise(ERRCODE_INVALID_PARAMETER_VALUE, "the scale is out of range", {},
                       "Valid scales are 0.001 to 100; 1 is about a million rows.");
    }
    const core::SampleShop shop(scale, seed, anchor);
    int64 rows = 0;
    for (const auto part : {core::catalog_tables(), core::customer_tables(), core::sales_tables(),
                            core::service_tables()}) {
        for (const core::SampleTable& table : part) {
            backend::ShopSource source(shop, table);
            backend::current_source = &source;
            rows += backend::call([&] { return backend::copy_rows(schema, table); });
        }
    }
    PG_RETURN_INT64(rows);
}

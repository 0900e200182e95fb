// From rows of the catalogs to the schema model. Zone: backend.
//
// All calls of the server are made in scan(), on plain data in a memory context of its own; what
// follows is C++ over that data and cannot ereport.
#include "backend/catalog_reader.hpp"

#include "backend/guard.hpp"

#include "catalog_builder.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

class ScanContext {
  public:
    ScanContext() {
        call([&] {
            context_ = AllocSetContextCreate(CurrentMemoryContext, "pg_stress catalog rows",
                                             ALLOCSET_DEFAULT_SIZES);
        });
    }
    ~ScanContext() { MemoryContextDelete(context_); }
    ScanContext(const ScanContext&) = delete;
    ScanContext& operator=(const ScanContext&) = delete;

    const catalog::Rows& scan() const {
        const MemoryContext outer = CurrentMemoryContext;
        const catalog::Rows* rows = call([&] {
            MemoryContextSwitchTo(context_);
            const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
            const catalog::Rows* scanned = catalog::scan(snapshot);
            UnregisterSnapshot(snapshot);
            MemoryContextSwitchTo(outer);
            return scanned;
        });
        return *rows;
    }

  private:
    MemoryContext context_ = nullptr;
};

} // namespace

core::SchemaModel read_catalog() {
    const ScanContext context;
    return catalog::ModelBuilder(context.scan()).build();
}

} // namespace pg_stress::backend

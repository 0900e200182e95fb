// Real rows of a table, of which operations bind the keys. Zone: backend.
//
// A pool holds the columns that sources name, of at most kRows rows: the whole of a small table,
// and of a big one the rows of whole pages drawn by TABLESAMPLE, thinned evenly. Rows are in
// physical order, the newest last. Updates move rows about, so when a table that was read whole is
// read again, rows that are known keep their order and those that are new come after them: which
// row has which rank depends on what the table holds, not on where.
// A Draw is one way to choose among the rows; equal draws of a workload share one.
//
// Rows for deletion are kept apart from all others by a hash of their key, so that every worker
// finds the same rows reserved without asking the others.
//
// Functions marked "may ereport" hold no C++ object with a destructor while they call the server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/workload.hpp"

#include "backend/recovery.hpp"

namespace pg_stress::backend {

class SamplePool {
  public:
    static constexpr uint32_t kRows = 2000;
    static constexpr uint32_t kPages = 64; // at least so many, where the table has them

    struct Column {
        std::string name;
        Oid type = InvalidOid; // of a domain: what it is made of
        int16 length = 0;
        bool by_value = false;
        bool key = false; // reserved rows are told by it
    };

    SamplePool(std::string table, MemoryContext parent);
    ~SamplePool();
    SamplePool(const SamplePool&) = delete;
    SamplePool& operator=(const SamplePool&) = delete;

    /** Index of the column, added if need be. Before the first load. */
    int add_column(const std::string& name);
    void reserve_by(int column) { columns_[static_cast<size_t>(column)].key = reserved_ = true; }

    /** Looks up the table and its columns. In a transaction; may ereport. */
    void resolve();
    /** Reads the rows; resolved, SPI connected. May ereport: the old sample then stays. */
    void load(uint64_t seed);

    const std::string& table() const { return table_; }
    const Column& column(int index) const { return columns_[static_cast<size_t>(index)]; }
    uint32_t rows() const { return sample_.rows; }
    /** Every row of the table is here. */
    bool complete() const { return sample_.complete; }
    bool has_reserved() const { return reserved_; }
    /** A quarter of the rows. */
    bool is_reserved(uint32_t row) const { return reserved_ && (sample_.hash[row] & 3) == 0; }
    uint64_t hash(uint32_t row) const { return sample_.hash[row]; }
    bool is_null(uint32_t row, int column) const { return sample_.nulls[at(row, column)]; }
    Datum value(uint32_t row, int column) const { return sample_.values[at(row, column)]; }

    Failure failure{}; // of the last load; sqlstate 0: it went well

  private:
    struct Sample {
        MemoryContext context;
        uint32_t rows;
        bool complete;
        Datum* values;
        bool* nulls;
        uint64_t* hash;     // of key columns; null without reserved rows
        uint64_t* identity; // of all columns, and which of several equal rows it is
    };
    struct Found; // a row of the table on its way into the sample

    size_t at(uint32_t row, int column) const {
        return row * columns_.size() + static_cast<size_t>(column);
    }
    const char* query(uint64_t seed, bool& by_pages) const; // palloc'd
    void identify(Found* found, uint64_t count, TupleDesc description) const;
    uint32_t select(Found* found, uint64_t count, bool by_pages) const;
    void arrange(Found* found, uint32_t count, TupleDesc description) const;
    void copy_row(Sample& sample, uint32_t row, HeapTuple tuple, TupleDesc description) const;

    std::string table_;
    std::vector<Column> columns_;
    bool reserved_ = false;
    MemoryContext parent_;
    Oid relation_ = InvalidOid;
    Sample sample_{};
};

/** How rows of a pool are chosen: those in which none of some columns is NULL, reserved ones or the
    others. */
class Draw {
  public:
    Draw(SamplePool& pool, std::vector<int> columns, core::Skew skew, bool reserved);

    bool matches(const SamplePool& pool, const std::vector<int>& columns, core::Skew skew,
                 bool reserved) const;
    /** After each load of the pool. `turn`: of the next reserved draw. */
    void rebuild(uint64_t turn);

    SamplePool& pool() const { return *pool_; }
    bool reserved() const { return reserved_; }
    bool empty() const { return rows_.empty(); }

    /** Among as many ranks as the first sample had rows, or a fixed number where the table is
        bigger than the sample, whatever later samples have: ranks depend on the random numbers
        alone. 0 is the newest row. */
    uint64_t rank(core::Random& random) const;
    /** Not empty. */
    uint32_t row_at(uint64_t rank) const {
        return rows_[rows_.size() < ranks_ ? rank * rows_.size() / ranks_ : rank];
    }
    /** The row for the turn-th reserved draw of the run. Turns of the run belong to classes of rows
        by turn, so that workers with slightly different samples still take different rows. */
    uint32_t row_for_turn(uint64_t turn) const;
    /** Turns after which the pool should be read anew. */
    uint64_t turns() const;

  private:
    SamplePool* pool_;
    std::vector<int> columns_;
    core::Skew skew_;
    bool reserved_;
    uint64_t ranks_ = 0;
    core::Zipf zipf_{1, 1};
    std::vector<uint32_t> rows_;   // by rank; reserved: by class
    std::vector<uint32_t> starts_; // of classes in rows_, and the end
    uint64_t first_turn_ = 0;
};

} // namespace pg_stress::backend

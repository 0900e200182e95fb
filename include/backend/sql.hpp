// SQL of our own, run by SPI inside a backend. Zone: backend.
//
// For everything off the path of the load: catalog questions, our own tables. Values go in as
// bound text parameters, cast in the statement ($1::bigint), and come back as text.
// Every call may throw PgError. Needs an open transaction; in_transaction() gives one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/guard.hpp"

namespace pg_stress::backend {

using SqlText = std::optional<std::string>; // nullopt: NULL

class SqlResult {
  public:
    size_t size() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }
    const SqlText& at(size_t row, size_t column) const { return rows_[row][column]; }
    std::string text(size_t row, size_t column) const { return rows_[row][column].value_or(""); }
    int64_t integer(size_t row, size_t column) const; // 0 for NULL
    double number(size_t row, size_t column) const;   // 0 for NULL
    bool boolean(size_t row, size_t column) const;    // false for NULL
    uint64_t processed = 0;

  private:
    friend SqlResult run_sql(const std::string&, const std::vector<SqlText>&, bool);
    std::vector<std::vector<SqlText>> rows_;
};

/** One statement; SPI must be connected (in_transaction and SqlSession do that).
    read_only: sees the active snapshot only. */
SqlResult run_sql(const std::string& statement, const std::vector<SqlText>& parameters = {},
                  bool read_only = false);

/** Connects SPI for a scope, in a function that a user's statement called. */
class SqlSession {
  public:
    SqlSession();
    ~SqlSession();
    SqlSession(const SqlSession&) = delete;
    SqlSession& operator=(const SqlSession&) = delete;

  private:
    int exceptions_;
};

/** Acts as the owner of the extension for a scope, with search_path = pg_catalog, pg_temp: for our
    own tables only, never for SQL that a user wrote or that touches a user's objects. */
class OwnerRights {
  public:
    OwnerRights();
    ~OwnerRights();
    OwnerRights(const OwnerRights&) = delete;
    OwnerRights& operator=(const OwnerRights&) = delete;

  private:
    Oid user_;
    int context_;
    int guc_level_;
};

namespace sql_detail {
void begin();
void commit();
void abort() noexcept; // leaves no transaction, no error state
} // namespace sql_detail

/** Runs f in a transaction of its own, with SPI connected and a snapshot; for processes of ours
   that have no transaction open. Aborts and rethrows when f throws. */
template <typename F> auto in_transaction(F&& f) -> decltype(f()) {
    try {
        sql_detail::begin();
        if constexpr (std::is_void_v<decltype(f())>) {
            f();
            sql_detail::commit();
        } else {
            auto result = f();
            sql_detail::commit();
            return result;
        }
    } catch (...) {
        sql_detail::abort();
        throw;
    }
}

/** Transactions that in_transaction() began in this process. */
uint64_t own_transactions();

std::string to_text(int64_t n);
std::string to_text(double n); // shortest that reads back; "NaN", "Infinity" as PostgreSQL has them
/** "\x…" for a bytea parameter. */
std::string to_bytea(const std::string& bytes);
/** The bytes of a bytea that came back as text (hex form). */
std::string from_bytea(const std::string& text);

} // namespace pg_stress::backend

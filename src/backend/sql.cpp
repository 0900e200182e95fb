#include "backend/sql.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

int64_t SqlResult::integer(size_t row, size_t column) const {
    const auto& text = rows_[row][column];
    return text ? std::strtoll(text->c_str(), nullptr, 10) : 0;
}

double SqlResult::number(size_t row, size_t column) const {
    const auto& text = rows_[row][column];
    return text ? std::strtod(text->c_str(), nullptr) : 0;
}

bool SqlResult::boolean(size_t row, size_t column) const {
    const auto& text = rows_[row][column];
    return text && !text->empty() && (*text)[0] == 't';
}

SqlResult run_sql(const std::string& statement, const std::vector<SqlText>& parameters,
                  bool read_only) {
    const int count = static_cast<int>(parameters.size());
    std::vector<Oid> types(parameters.size(), TEXTOID);
    std::vector<Datum> values(parameters.size());
    std::vector<char> nulls(parameters.size() + 1, ' ');
    for (size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i]) {
            const char* text = parameters[i]->c_str();
            values[i] = call([&] { return CStringGetTextDatum(text); });
        } else {
            nulls[i] = 'n';
        }
    }
    const char* sql = statement.c_str();
    Oid* type_array = types.data();
    Datum* value_array = values.data();
    char* null_array = nulls.data();
    const int code = call([&] {
        return SPI_execute_with_args(sql, count, type_array, value_array, null_array, read_only, 0);
    });
    if (code < 0) {
        raise(ERRCODE_INTERNAL_ERROR, std::string("SPI: ") + SPI_result_code_string(code));
    }
    SqlResult result;
    result.processed = SPI_processed;
    SPITupleTable* table = SPI_tuptable;
    if (table == nullptr) {
        return result;
    }
    const int columns = table->tupdesc->natts;
    result.rows_.resize(table->numvals);
    for (uint64_t r = 0; r < table->numvals; ++r) {
        auto& row = result.rows_[r];
        row.resize(static_cast<size_t>(columns));
        for (int c = 0; c < columns; ++c) {
            const char* text =
                call([&] { return SPI_getvalue(table->vals[r], table->tupdesc, c + 1); });
            if (text != nullptr) {
                row[static_cast<size_t>(c)] = text;
            }
        }
    }
    call([&] { SPI_freetuptable(table); });
    return result;
}

SqlSession::SqlSession() : exceptions_(std::uncaught_exceptions()) {
    call([&] { SPI_connect(); });
}

// With an exception under way the transaction is about to abort, which closes SPI by itself.
SqlSession::~SqlSession() {
    if (std::uncaught_exceptions() == exceptions_) {
        SPI_finish();
    }
}

OwnerRights::OwnerRights() {
    GetUserIdAndSecContext(&user_, &context_);
    const Oid owner = call([&] {
        const Oid extension = get_extension_oid("pg_stress", false);
        Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
        ScanKeyData key;
        ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(extension));
        SysScanDesc scan = systable_beginscan(catalog, ExtensionOidIndexId, true, nullptr, 1, &key);
        HeapTuple tuple = systable_getnext(scan);
        Oid found = InvalidOid;
        if (HeapTupleIsValid(tuple)) {
            found = reinterpret_cast<Form_pg_extension>(GETSTRUCT(tuple))->extowner;
        }
        systable_endscan(scan);
        table_close(catalog, AccessShareLock);
        if (!OidIsValid(found)) {
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                            errmsg("extension \"pg_stress\" does not exist")));
        }
        return found;
    });
    guc_level_ = NewGUCNestLevel();
    SetUserIdAndSecContext(owner, context_ | SECURITY_LOCAL_USERID_CHANGE);
    call([&] {
        (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                                GUC_ACTION_SAVE, true, 0, false);
    });
}

// Nothing here can raise; where an error is under way the abort restores both as well.
OwnerRights::~OwnerRights() {
    if (std::uncaught_exceptions() == 0) {
        AtEOXact_GUC(false, guc_level_);
    }
    SetUserIdAndSecContext(user_, context_);
}

namespace {
uint64_t transactions_begun = 0;
}

uint64_t own_transactions() { return transactions_begun; }

namespace sql_detail {

void begin() {
    ++transactions_begun;
    call([&] {
        SetCurrentStatementStartTimestamp();
        StartTransactionCommand();
        SPI_connect();
        PushActiveSnapshot(GetTransactionSnapshot());
    });
}

void commit() {
    call([&] {
        SPI_finish();
        PopActiveSnapshot();
        CommitTransactionCommand();
        pgstat_report_stat(false);
    });
}

void abort() noexcept {
    HOLD_INTERRUPTS();
    AbortOutOfAnyTransaction();
    FlushErrorState();
    RESUME_INTERRUPTS();
}

} // namespace sql_detail

std::string to_text(int64_t n) { return std::to_string(n); }

std::string to_text(double n) {
    if (std::isnan(n)) {
        return "NaN";
    }
    if (std::isinf(n)) {
        return n > 0 ? "Infinity" : "-Infinity";
    }
    char buffer[40];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, n).ptr};
}

std::string to_bytea(const std::string& bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out = "\\x";
    out.reserve(2 + 2 * bytes.size());
    for (char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string from_bytea(const std::string& text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    std::string out;
    for (size_t i = 2; i + 1 < text.size(); i += 2) {
        out += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    }
    return out;
}

} // namespace pg_stress::backend

#include "core/copy_stream.hpp"

namespace pg_stress::core {

namespace {
constexpr int64_t kTextOid = 25;
constexpr char kAddressFamily4 = 2; // PGSQL_AF_INET
} // namespace

void CopyStream::header() {
    bytes_.append("PGCOPY\n\377\r\n\0", 11);
    put32(0); // flags
    put32(0); // length of the header's extension
}

void CopyStream::trailer() { put16(-1); }

CopyStream& CopyStream::row(int columns) { return put16(columns); }

CopyStream& CopyStream::boolean(bool value) {
    put32(1);
    bytes_.push_back(value ? '\1' : '\0');
    return *this;
}

CopyStream& CopyStream::int2(int64_t value) { return put32(2).put16(value); }
CopyStream& CopyStream::int4(int64_t value) {
    return put64(4ULL << 32 | (static_cast<uint64_t>(value) & 0xffffffff));
}
CopyStream& CopyStream::int8(int64_t value) { // the most frequent: one append
    char raw[12] = {0, 0, 0, 8};
    for (int i = 0; i < 8; ++i) {
        raw[4 + i] = static_cast<char>(value >> (56 - 8 * i));
    }
    bytes_.append(raw, sizeof raw);
    return *this;
}

CopyStream& CopyStream::cents(int64_t value) {
    const bool negative = value < 0;
    uint64_t rest = negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    const auto fraction = static_cast<int64_t>(rest % 100 * 100); // one digit of base 10000
    rest /= 100;
    int64_t digits[5]; // least significant first
    int count = 0;
    for (; rest != 0; rest /= 10000) {
        digits[count++] = static_cast<int64_t>(rest % 10000);
    }
    const int stored = count + (fraction != 0 ? 1 : 0);
    put32(8 + 2 * stored).put16(stored).put16(count - 1).put16(negative ? 0x4000 : 0).put16(2);
    for (int i = count - 1; i >= 0; --i) {
        put16(digits[i]);
    }
    return fraction != 0 ? put16(fraction) : *this;
}

CopyStream& CopyStream::text(std::string_view value) {
    put32(static_cast<int64_t>(value.size()));
    bytes_.append(value);
    return *this;
}

CopyStream& CopyStream::json(std::string_view value) {
    put32(static_cast<int64_t>(value.size()) + 1);
    bytes_.push_back('\1'); // version of jsonb's external form
    bytes_.append(value);
    return *this;
}

CopyStream& CopyStream::texts(const std::string_view* values, size_t count) {
    int64_t size = count == 0 ? 12 : 20;
    for (size_t i = 0; i < count; ++i) {
        size += 4 + static_cast<int64_t>(values[i].size());
    }
    put32(size).put32(count == 0 ? 0 : 1).put32(0).put32(kTextOid);
    if (count != 0) {
        put32(static_cast<int64_t>(count)).put32(1); // length and lower bound
    }
    for (size_t i = 0; i < count; ++i) {
        text(values[i]);
    }
    return *this;
}

CopyStream& CopyStream::uuid(uint64_t high, uint64_t low) {
    // Version 4 and the variant of RFC 4122, as gen_random_uuid() makes them.
    high = (high & ~0xf000ULL) | 0x4000ULL;
    low = (low & ~(3ULL << 62)) | (2ULL << 62);
    return put32(16).put64(high).put64(low);
}

CopyStream& CopyStream::inet(uint32_t address) {
    put32(8);
    const char head[] = {kAddressFamily4, 32, 0, 4}; // family, bits, is_cidr, bytes
    bytes_.append(head, sizeof head);
    return put32(static_cast<int64_t>(address));
}

} // namespace pg_stress::core

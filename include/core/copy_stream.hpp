// Writes rows in the binary format of COPY. Zone: core.
//
// The bytes are what the receive function of each type expects, so the writer must use the call
// that belongs to the column's type; a wrong one is refused by the server, never misread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pg_stress::core {

class CopyStream {
  public:
    using Self = CopyStream&;

    void header();  // once, before the first row
    void trailer(); // once, after the last row

    Self row(int columns);
    Self null() { return put32(-1); }
    Self boolean(bool value);
    Self int2(int64_t value);
    Self int4(int64_t value);
    Self int8(int64_t value);
    /** numeric with two decimal places. */
    Self cents(int64_t value);
    /** text, varchar, char and enum labels. */
    Self text(std::string_view value);
    Self json(std::string_view value); // jsonb
    Self texts(std::initializer_list<std::string_view> values) {
        return texts(values.begin(), values.size());
    }
    Self texts(const std::string_view* values, size_t count); // text[]
    Self uuid(uint64_t high, uint64_t low);
    Self inet(uint32_t address);                            // IPv4
    Self date(int64_t days) { return int4(days); }          // since 2000-01-01
    Self timestamp(int64_t micros) { return int8(micros); } // since 2000-01-01

    const std::string& bytes() const { return bytes_; }
    void clear() { bytes_.clear(); }

  private:
    template <typename T> Self put(T value) { // in network order
        char raw[sizeof value];
        for (size_t i = 0; i < sizeof value; ++i) {
            raw[i] = static_cast<char>(value >> (8 * (sizeof value - 1 - i)));
        }
        bytes_.append(raw, sizeof raw);
        return *this;
    }
    Self put16(int64_t value) { return put(static_cast<uint16_t>(value)); }
    Self put32(int64_t value) { return put(static_cast<uint32_t>(value)); }
    Self put64(uint64_t value) { return put(value); }
    std::string bytes_;
};

} // namespace pg_stress::core

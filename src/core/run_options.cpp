#include "core/run_options.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace pg_stress::core {

namespace {

// Keys of other drivers are allowed and have no effect on this one.
constexpr std::array kKeys = {"spi_workers",
                              "connections",
                              "rate",
                              "arrival",
                              "operations",
                              "warmup_s",
                              "think_time_ms",
                              "pipeline",
                              "protocol",
                              "isolation",
                              "max_retries",
                              "mix",
                              "schemas",
                              "include_tables",
                              "exclude_tables",
                              "chaos",
                              "read_only",
                              "rollback",
                              "statement_timeout_ms",
                              "lock_timeout_ms",
                              "force"};

template <typename List> std::string join(const List& names) {
    std::string out;
    for (const auto& name : names) {
        out += out.empty() ? "" : ", ";
        out += name;
    }
    return out;
}

class Reader {
  public:
    Reader(const Value& value, DefinitionError& error) : value_(value), error_(error) {}
    bool failed() const { return failed_; }

    void fail(const std::string& key, const std::string& must) {
        if (!failed_) {
            failed_ = true;
            const Value* found = value_.find(key);
            error_.message = "invalid value for option \"" + key + "\"";
            error_.detail = found != nullptr ? "It is " + found->to_json() + "." : "";
            error_.hint = "It must be " + must + ".";
        }
    }

    void whole(const char* key, int64_t low, int64_t high, auto& out) {
        const Value* found = value_.find(key);
        if (found == nullptr) {
            return;
        }
        const auto n = found->as_int();
        if (!n || *n < low || *n > high) {
            fail(key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
            return;
        }
        out = static_cast<typename std::remove_reference_t<decltype(out)>::value_type>(*n);
    }

    void number(const char* key, double low, double high, const char* must,
                std::optional<double>& out) {
        const Value* found = value_.find(key);
        if (found == nullptr) {
            return;
        }
        const auto d = found->as_double();
        if (!d || *d < low || *d > high) {
            fail(key, must);
            return;
        }
        out = *d;
    }

    void flag(const char* key, bool& out) {
        if (const Value* found = value_.find(key)) {
            if (!found->is_boolean()) {
                fail(key, "true or false");
                return;
            }
            out = found->as_bool();
        }
    }

    void names(const char* key, std::vector<std::string>& out) {
        const Value* found = value_.find(key);
        if (found == nullptr) {
            return;
        }
        const bool texts = found->is_array() && !found->items().empty() &&
                           std::all_of(found->items().begin(), found->items().end(),
                                       [](const Value& item) { return item.is_string(); });
        if (!texts) {
            fail(key, "an array of names, such as [\"public\"]");
            return;
        }
        for (const auto& item : found->items()) {
            out.push_back(item.text());
        }
    }

  private:
    const Value& value_;
    DefinitionError& error_;
    bool failed_ = false;
};

void read_arrival(const Value& value, Reader& reader, RunOptions& options) {
    const Value* found = value.find("arrival");
    if (found == nullptr) {
        return;
    }
    if (found->is_string() && found->text() == "constant") {
        options.arrival = Arrival::Constant;
    } else if (found->is_string() && found->text() == "poisson") {
        options.arrival = Arrival::Poisson;
    } else {
        reader.fail("arrival", "\"constant\" or \"poisson\"");
        return;
    }
    if (!options.rate) {
        reader.fail("arrival", "given together with \"rate\", which makes the loop open");
    }
}

void read_isolation(const Value& value, Reader& reader, RunOptions& options) {
    const Value* found = value.find("isolation");
    if (found == nullptr) {
        return;
    }
    const std::string level = found->is_string() ? found->text() : "";
    if (level != "read committed" && level != "repeatable read" && level != "serializable") {
        reader.fail("isolation", "\"read committed\", \"repeatable read\" or \"serializable\"");
        return;
    }
    options.isolation = level;
}

void read_mix(const Value& value, const std::vector<std::string>& families, Reader& reader,
              RunOptions& options, DefinitionError& error) {
    const Value* found = value.find("mix");
    if (found == nullptr) {
        return;
    }
    if (!found->is_object()) {
        reader.fail("mix", "an object of families and weights, such as {\"point_read\": 10}");
        return;
    }
    for (const auto& [family, weight] : found->members()) {
        const auto number = weight.as_double();
        if (!number || *number < 0) {
            reader.fail("mix", "an object whose weights are numbers from 0");
            return;
        }
        if (std::find(families.begin(), families.end(), family) == families.end()) {
            reader.fail("mix", "made of known families");
            error.message = "unknown family \"" + family + "\" in option \"mix\"";
            error.detail.clear();
            error.hint = "The families are " + join(families) + ".";
            return;
        }
        options.mix[family] = *number;
    }
}

} // namespace

bool parse_run_options(const Value& value, const std::vector<std::string>& families,
                       RunOptions& options, DefinitionError& error) {
    if (!value.is_object()) {
        error = {"options must be a JSON object", "", "For example {\"spi_workers\": 2}."};
        return false;
    }
    for (const auto& [key, unused] : value.members()) {
        if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
            error = {"unknown option \"" + key + "\"", "", "The options are " + join(kKeys) + "."};
            return false;
        }
    }
    Reader reader(value, error);
    reader.whole("spi_workers", 1, 64, options.spi_workers);
    reader.number("rate", 0.01, 1e6, "a number of operations per second from 0.01 to 1000000",
                  options.rate);
    reader.whole("operations", 1, int64_t{1} << 48, options.operations);
    reader.number("warmup_s", 0, 86400, "a number of seconds from 0 to 86400", options.warmup_s);
    reader.number("think_time_ms", 0, 3.6e6, "a number of milliseconds from 0 to 3600000",
                  options.think_time_ms);
    reader.whole("max_retries", 0, 1000, options.max_retries);
    reader.whole("statement_timeout_ms", 0, INT32_MAX, options.statement_timeout_ms);
    reader.whole("lock_timeout_ms", 0, INT32_MAX, options.lock_timeout_ms);
    reader.names("schemas", options.schemas);
    reader.names("include_tables", options.include_tables);
    reader.names("exclude_tables", options.exclude_tables);
    reader.flag("read_only", options.read_only);
    reader.flag("rollback", options.rollback);
    reader.flag("force", options.force);
    if (const Value* chaos = value.find("chaos")) {
        if (chaos->is_boolean()) {
            options.chaos = chaos->as_bool();
        } else if (auto share = chaos->as_double(); share && *share >= 0 && *share <= 1) {
            options.chaos = *share > 0;
        } else {
            reader.fail("chaos", "true, false or a share from 0 to 1");
        }
    }
    read_arrival(value, reader, options);
    read_isolation(value, reader, options);
    read_mix(value, families, reader, options, error);
    return !reader.failed();
}

} // namespace pg_stress::core

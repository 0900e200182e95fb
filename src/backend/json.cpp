#include "backend/json.hpp"

#include <string>
#include <vector>

#include "backend/guard.hpp"
#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

core::Value scalar(const JsonbValue& item) {
    switch (item.type) {
    case jbvString:
        return core::Value::string(
            std::string(item.val.string.val, static_cast<size_t>(item.val.string.len)));
    case jbvNumeric: {
        const char* text = call([&] {
            return DatumGetCString(
                DirectFunctionCall1(numeric_out, NumericGetDatum(item.val.numeric)));
        });
        return core::Value::number_text(text);
    }
    case jbvBool:
        return core::Value::boolean(item.val.boolean);
    default:
        return {};
    }
}

} // namespace

core::Value value_from_jsonb(Jsonb* document) {
    struct Open {
        core::Value value;
        std::string key; // that the next value gets, in an object
    };
    std::vector<Open> open;
    core::Value result;
    const auto close = [&] {
        core::Value done = std::move(open.back().value);
        open.pop_back();
        if (open.empty()) {
            result = std::move(done);
        } else if (open.back().value.is_object()) {
            open.back().value.set(open.back().key, std::move(done));
        } else {
            open.back().value.add(std::move(done));
        }
    };
    const bool single = JB_ROOT_IS_SCALAR(document);
    JsonbIterator* iterator = call([&] { return JsonbIteratorInit(&document->root); });
    JsonbValue item;
    for (;;) {
        const JsonbIteratorToken token =
            call([&] { return JsonbIteratorNext(&iterator, &item, false); });
        if (token == WJB_DONE) {
            break;
        }
        switch (token) {
        case WJB_BEGIN_OBJECT:
            open.push_back({core::Value::object(), {}});
            break;
        case WJB_BEGIN_ARRAY:
            open.push_back({core::Value::array(), {}});
            break;
        case WJB_KEY:
            open.back().key.assign(item.val.string.val, static_cast<size_t>(item.val.string.len));
            break;
        case WJB_VALUE:
            open.back().value.set(open.back().key, scalar(item));
            break;
        case WJB_ELEM:
            open.back().value.add(scalar(item));
            break;
        default:
            close();
        }
    }
    return single && !result.items().empty() ? result.items().front() : result;
}

Jsonb* jsonb_from_value(const core::Value& value) {
    const std::string text = value.to_json();
    return call([&] {
        return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.c_str())));
    });
}

core::Value parse_json(const std::string& text) {
    const char* input = text.c_str();
    Jsonb* document =
        call([&] { return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(input))); });
    return value_from_jsonb(document);
}

} // namespace pg_stress::backend

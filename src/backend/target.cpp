#include "backend/target.hpp"

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

void check_target(const std::optional<std::string>& target) {
    if (target) {
        raise(ERRCODE_UNDEFINED_OBJECT, "target \"" + *target + "\" does not exist", {},
              "This release loads the database that it is called in: leave the target out, or set "
              "it to NULL.");
    }
}

} // namespace pg_stress::backend

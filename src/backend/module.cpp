// Entry points of the module that belong to no subsystem. Zone: backend.
#include "backend/guard.hpp"
#include "backend/settings.hpp"

extern "C" {
#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "pg_stress", .version = "1.0");
#else
PG_MODULE_MAGIC;
#endif
PGDLLEXPORT void _PG_init(void);
}

void _PG_init(void) {
    pg_stress::backend::boundary([] { pg_stress::backend::define_settings(); });
}

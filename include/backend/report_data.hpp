// Gathers what a report says of a run. Zone: backend.
#pragma once

#include "core/report.hpp"

namespace pg_stress::backend {

/** From the views, with the rights of the extension's owner; needs SqlSession. The run exists. */
core::Report gather_report(int64_t run_id);

} // namespace pg_stress::backend

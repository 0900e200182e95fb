// Server settings of the extension. Zone: backend.
#pragma once

namespace pg_stress::backend {

/** Defines the settings; called once when the module is loaded. May ereport. */
void define_settings();

/** pg_stress.max_workers: most SPI workers a run may have; 0: half of the server's worker slots,
    unless the run asks for a number. */
int max_workers_setting();

/** pg_stress.record_times: off only to measure what recording costs. */
bool record_times_setting();

} // namespace pg_stress::backend

// The writers of the sample shop's tables, by part of the business. Zone: core.
#pragma once

#include <span>

#include "core/sample_shop.hpp"

namespace pg_stress::core {

std::span<const SampleTable> catalog_tables();  // what is looked up and what is sold
std::span<const SampleTable> customer_tables(); // who buys, and what is in the cart
std::span<const SampleTable> sales_tables();    // orders, payments, shipments, promotions
std::span<const SampleTable> service_tables();  // reviews, tickets, tasks, activity

} // namespace pg_stress::core

// What an operation of a run draws, without running it. Zone: backend, no calls to the server.
#include <bit>
#include <cstdint>

#include "backend/runner_parts.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

/** Visits what the first iteration of each step draws: ranks, and random numbers. Reserved rows are
    told by turn, which counts operations: their rank is the place of the source alone. */
template <typename F>
void visit_draws(const PreparedOperation& operation, const DrawContext& context, F&& visit) {
    for (uint32_t s = 0; s < operation.steps.size(); ++s) {
        const PreparedStep& step = operation.steps[s];
        for (const auto& draw : step.draws) {
            if (draw.draw->reserved()) {
                visit(s, "turn", double{0} + draw.turn_offset);
            } else if (!draw.draw->empty()) {
                core::Random random = random_for(context, draw.stream, 0);
                visit(s, "rank", static_cast<double>(draw.draw->rank(random)));
            }
        }
        for (const auto& parameter : step.parameters) {
            if (parameter.source->kind == core::SourceKind::Random) {
                core::Random random = random_for(context, parameter.stream, 0);
                visit(s, "number", draw_number(parameter, random));
            }
        }
    }
}

DrawContext context_for(const OperationRunner::Parts& parts, uint64_t number) {
    DrawContext context = parts.execution.context;
    context.number = number;
    return context;
}

} // namespace

std::string OperationRunner::fingerprint(uint32_t operation, uint64_t number) const {
    const PreparedOperation& prepared = parts_->operations[operation];
    std::string text = std::to_string(number) + " " + prepared.operation->name;
    visit_draws(prepared, context_for(*parts_, number),
                [&](uint32_t step, const char* what, double value) {
                    char shown[40];
                    snprintf(shown, sizeof shown, "%.17g", value);
                    text += " " + std::to_string(step) + ":" + what + "=" + shown;
                });
    return text;
}

uint64_t OperationRunner::load_hash(uint32_t operation, uint64_t number) const {
    uint64_t hash = core::mix64(core::mix64(number) ^ operation);
    visit_draws(parts_->operations[operation], context_for(*parts_, number),
                [&](uint32_t step, const char* what, double value) {
                    const auto bits = std::bit_cast<uint64_t>(value);
                    hash = core::mix64(hash ^ bits ^ (uint64_t{step} << 8) ^
                                       static_cast<unsigned char>(what[0]));
                });
    return hash;
}

} // namespace pg_stress::backend

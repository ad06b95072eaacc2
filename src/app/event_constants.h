#pragma once

#include <string>

/// The event names of chat/event_names.h for front-end developers; the results lie in clients/js/,
/// and tests compare them. Thread: any.
namespace rookery::app {

/// An ES module with a frozen object for each group: clients/js/events.mjs.
[[nodiscard]] std::string eventConstantsModule();

/// Its TypeScript declarations: clients/js/events.d.mts.
[[nodiscard]] std::string eventConstantsDeclarations();

}  // namespace rookery::app

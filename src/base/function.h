#pragma once

#include <absl/functional/any_invocable.h>

namespace rookery::base {

/// A callable that is moved, never copied, so that it may own what it captures.
template <typename Signature>
using UniqueFunction = absl::AnyInvocable<Signature>;

}  // namespace rookery::base

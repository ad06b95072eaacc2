#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rookery/socketio/io_event.h"

/// Handlers whose parameters are the arguments of the event:
/// `[](IoSocket& socket, std::string text, std::optional<int> at, IoAck ack) {…}`. The first
/// parameter is who is told, the last may be the answer; what lies between is decoded.

namespace rookery::socketio {

/// What a handler takes, by its parameters.
template <typename F>
struct Parameters : Parameters<decltype(&F::operator())> {};
template <typename R, typename Target, typename... A>
struct Parameters<R (*)(Target, A...)> {
  // `int` stands for the last one of none.
  using Last =
      std::tuple_element_t<sizeof...(A) == 0 ? 0 : sizeof...(A) - 1, std::tuple<A..., int>>;
  static constexpr bool kEndsWithAck = std::is_same_v<std::decay_t<Last>, IoAck>;
  static constexpr std::size_t kDecoded = sizeof...(A) - (kEndsWithAck ? 1 : 0);
  using Types = std::tuple<std::decay_t<A>...>;
};
template <typename C, typename R, typename... A>
struct Parameters<R (C::*)(A...)> : Parameters<R (*)(A...)> {};
template <typename C, typename R, typename... A>
struct Parameters<R (C::*)(A...) const> : Parameters<R (*)(A...)> {};

/// Says which argument is wrong and what it should be.
[[nodiscard]] std::string wrongArgument(std::size_t index, std::string_view expected);

/// Calls `handler` with the arguments of `event` decoded. What is wrong with them; nothing when
/// it was called.
template <typename Target, typename F>
std::optional<std::string> callTyped(F& handler, Target& target, const IoEvent& event) {
  using Of = Parameters<F>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) -> std::optional<std::string> {
    std::tuple<std::optional<std::tuple_element_t<I, typename Of::Types>>...> values{
        event.get<std::tuple_element_t<I, typename Of::Types>>(I)...};
    std::optional<std::string> wrong;
    // The first that is wrong; the comma folds from left to right.
    ((wrong || std::get<I>(values)
          ? void()
          : void(wrong = wrongArgument(
                     I, Decoder<std::tuple_element_t<I, typename Of::Types>>::kName))),
     ...);
    if (wrong) return wrong;
    if constexpr (Of::kEndsWithAck) {
      handler(target, std::move(*std::get<I>(values))..., event.ack);
    } else {
      handler(target, std::move(*std::get<I>(values))...);
    }
    return std::nullopt;
  }(std::make_index_sequence<Of::kDecoded>());
}

}  // namespace rookery::socketio

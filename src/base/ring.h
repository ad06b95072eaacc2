#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rookery::base {

/// First in, first out, in one block. Unlike std::deque it holds no memory before it is used, and
/// asks for none while it does not grow; what a burst needed is given back when it is empty again.
/// `T` can be made without arguments; a place that is free holds such a one.
template <typename T>
class Ring {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Only while it is not empty.
  [[nodiscard]] T& front() { return places_[first_]; }
  [[nodiscard]] T& back() { return places_[placeOf(size_ - 1)]; }

  void push(T value) {
    if (size_ == places_.size()) grow();
    places_[placeOf(size_++)] = std::move(value);
  }
  /// Only while it is not empty.
  T pop() {
    T value = std::exchange(places_[first_], T());
    first_ = static_cast<std::uint32_t>(placeOf(1));
    if (--size_ == 0 && places_.size() > kKept) *this = Ring();
    return value;
  }

 private:
  static constexpr std::size_t kLeast = 4;  // powers of two
  static constexpr std::size_t kKept = 64;

  [[nodiscard]] std::size_t placeOf(std::size_t index) const {
    return (first_ + index) & (places_.size() - 1);
  }
  void grow() {
    std::vector<T> wider(places_.empty() ? kLeast : places_.size() * 2);
    for (std::size_t index = 0; index < size_; ++index) {
      wider[index] = std::move(places_[placeOf(index)]);
    }
    places_ = std::move(wider);
    first_ = 0;
  }

  std::vector<T> places_;
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace rookery::base

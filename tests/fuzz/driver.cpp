// Runs a target where there is no libFuzzer: <program> CORPUS [SECONDS]. First every file of the
// corpus, then what random changes make of them; the seed is fixed, so that a crash comes again.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

using Input = std::vector<std::uint8_t>;
using std::chrono::steady_clock;

constexpr std::size_t kLongest = 4096;

std::vector<Input> readCorpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> names;
  for (const auto& one : std::filesystem::directory_iterator(folder)) names.push_back(one.path());
  std::sort(names.begin(), names.end());
  std::vector<Input> inputs;
  for (const auto& name : names) {
    std::ifstream file(name, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

class Changer {
 public:
  explicit Changer(const std::vector<Input>& corpus) : corpus_(corpus) {}

  Input make() {
    Input input = any();
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(input);
    if (input.size() > kLongest) input.resize(kLongest);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  const Input& any() { return corpus_[below(corpus_.size())]; }

  void change(Input& input) {
    const std::size_t at = below(input.size() + 1);
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    const auto rest = input.size() - at;
    switch (below(6)) {
      case 0:
        if (rest > 0) input[at] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 1:
        if (rest > 0) input[at] = static_cast<std::uint8_t>(random_());
        break;
      case 2:
        input.insert(place, static_cast<std::uint8_t>(random_()));
        break;
      case 3:
        input.erase(place, place + static_cast<std::ptrdiff_t>(rest == 0 ? 0 : 1 + below(rest)));
        break;
      case 4: {  // a piece of itself again
        const Input piece(place, place + static_cast<std::ptrdiff_t>(rest));
        input.insert(input.end(), piece.begin(), piece.end());
        break;
      }
      default: {  // the beginning of this, the end of another
        const Input& other = any();
        const auto from = static_cast<std::ptrdiff_t>(below(other.size() + 1));
        input.erase(place, input.end());
        input.insert(input.end(), other.begin() + from, other.end());
      }
    }
  }

  const std::vector<Input>& corpus_;
  std::mt19937_64 random_{1};
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s CORPUS [SECONDS]\n", arguments[0]);
    return 2;
  }
  const std::vector<Input> corpus = readCorpus(arguments[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: empty\n", arguments[1]);
    return 2;
  }
  for (const Input& one : corpus) LLVMFuzzerTestOneInput(one.data(), one.size());
  const auto end =
      steady_clock::now() + std::chrono::seconds(count > 2 ? std::stoi(arguments[2]) : 0);
  Changer changer(corpus);
  std::uint64_t runs = corpus.size();
  while (steady_clock::now() < end) {
    for (int i = 0; i < 100; ++i, ++runs) {
      const Input input = changer.make();
      LLVMFuzzerTestOneInput(input.data(), input.size());
    }
  }
  std::printf("%llu runs\n", static_cast<unsigned long long>(runs));
}

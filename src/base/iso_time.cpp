#include "rookery/base/iso_time.h"

#include <algorithm>
#include <chrono>

namespace rookery::base {
namespace {

constexpr WallMs kMsPerDay = 86'400'000;
constexpr WallMs kYear9999End = 253'402'300'799'999;

char* writeDigits(char* out, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

}  // namespace

void writeIsoTime(WallMs ms, char* out) {
  ms = std::clamp<WallMs>(ms, 0, kYear9999End);
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{ms / kMsPerDay}}};
  const auto inDay = static_cast<unsigned>(ms % kMsPerDay);
  out = writeDigits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *out++ = '-';
  out = writeDigits(out, static_cast<unsigned>(date.month()), 2);
  *out++ = '-';
  out = writeDigits(out, static_cast<unsigned>(date.day()), 2);
  *out++ = 'T';
  out = writeDigits(out, inDay / 3'600'000, 2);
  *out++ = ':';
  out = writeDigits(out, inDay / 60'000 % 60, 2);
  *out++ = ':';
  out = writeDigits(out, inDay / 1000 % 60, 2);
  *out++ = '.';
  out = writeDigits(out, inDay % 1000, 3);
  *out = 'Z';
}

std::string isoTime(WallMs ms) {
  std::string text(kIsoTimeLength, '0');
  writeIsoTime(ms, text.data());
  return text;
}

}  // namespace rookery::base

# ./dev fmt: every C++ source, in place.
set -eu
. scripts/lib.sh

case "${1:-}" in -h | --help) echo "usage: ./dev fmt"; exit 0 ;; esac
[ $# -eq 0 ] || wrong_usage "fmt takes no arguments" "./dev fmt"

install_for fmt
say "clang-format-19 -i on every .h and .cpp"
find src tests bench examples \( -name node_modules -prune \) -o \( -name '*.h' -o -name '*.cpp' \) -print0 |
  xargs -0 -r clang-format-19 -i
finish "Formatted"

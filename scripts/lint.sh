# ./dev lint: clang-tidy over src/. Its compile lines carry -Wthread-safety, so the same pass finds
# members that are touched without their lock or off their loop.
set -eu
. scripts/lib.sh
usage="./dev lint [file...]"

case "${1:-}" in -h | --help) echo "usage: $usage"; exit 0 ;; esac
install_for build clang lint
run cmake --preset lint

say "clang-tidy-19 on ${*:-src}, $(nproc) files at a time"
status=0
find "${@:-src}" -name '*.cpp' -print0 |
  xargs -0 -r -n 1 -P "$(nproc)" clang-tidy-19 -p build/lint --quiet || status=$?
[ "$status" -eq 0 ] || fail "lint found something (see above), $(elapsed "$started") in all"
finish "Nothing found"

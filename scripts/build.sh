# ./dev build: one preset, everything in it.
set -eu
. scripts/lib.sh
usage="./dev build [dev|release|asan|tsan|coverage]"

case "${1:-}" in -h | --help) echo "usage: $usage"; exit 0 ;; esac
[ $# -le 1 ] || wrong_usage "one preset at a time" "$usage"
preset=${1:-release}
is_preset "$preset" || wrong_usage "there is no preset '$preset'" "$usage"

install_for build
build "$preset"
finish "Built; the result lies in build/$preset/"

# ./dev test: builds, then runs what CTest knows: unit, house, end-to-end and browser tests.
set -eu
. scripts/lib.sh
usage="./dev test [--preset dev|release|asan|tsan|coverage] [name...]"

preset=release
names=""
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      echo "usage: $usage"
      echo "A name is a regular expression: store, e2e.order, 'WebSocketTest.*Close'."
      exit 0
      ;;
    --preset)
      [ $# -ge 2 ] || wrong_usage "--preset needs a name" "$usage"
      preset=$2
      shift
      ;;
    --preset=*) preset=${1#--preset=} ;;
    -*) wrong_usage "unknown flag '$1'" "$usage" ;;
    *) names=${names:+$names|}$1 ;;
  esac
  shift
done
is_preset "$preset" || wrong_usage "there is no preset '$preset'" "$usage"

install_for build test db
install_node
npm_packages tests/e2e
build "$preset"
case "$names" in "" | *simul*) [ "$preset" != release ] || build_simulation ;; esac

set -- ctest --preset "$preset"
if [ -n "$names" ]; then
  set -- "$@" -R "$names"
elif [ "$preset" = asan ] || [ "$preset" = tsan ]; then
  # The sanitised server under unit tests and load; a browser adds minutes and no path of ours.
  set -- "$@" -L 'unit|e2e'
fi
if [ "$preset" = tsan ] && setarch "$(uname -m)" -R true 2>/dev/null; then
  # ThreadSanitizer of GCC 12 knows only the classic memory layout, not a widely randomised one. A
  # container may forbid the switch; then the layout has to suit as it is.
  set -- setarch "$(uname -m)" -R "$@"
fi

status=0
run "$@" || status=$?
if [ "$status" -ne 0 ]; then
  say "Tests failed (see above), $(elapsed "$started") in all"
  exit "$status"
fi
finish "Tests passed with preset $preset"

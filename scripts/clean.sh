# ./dev clean: what ./dev made, except data and system packages.
set -eu
. scripts/lib.sh

case "${1:-}" in -h | --help) echo "usage: ./dev clean"; exit 0 ;; esac
[ $# -eq 0 ] || wrong_usage "clean takes no arguments" "./dev clean"

run rm -rf build compile_commands.json tests/e2e/node_modules
finish "Removed what was built; ./data is untouched"

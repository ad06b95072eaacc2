# What the commands of ./dev share. Sourced with the root of the tree as the current folder.

started=$(date +%s)

say() { echo "==> $*"; }

fail() {
  echo "./dev: $*" >&2
  exit 1
}

# wrong_usage <reason> <usage>: exit 2, as every wrong command line.
wrong_usage() {
  echo "./dev: $1" >&2
  echo "usage: $2" >&2
  exit 2
}

elapsed() { echo "$(($(date +%s) - $1)) s"; }

# run <command...>: prints it as it can be typed, runs it, says how long it took.
run() {
  say "$*"
  run_started=$(date +%s)
  run_status=0
  "$@" || run_status=$?
  if [ "$run_status" -ne 0 ]; then
    say "failed with exit code $run_status after $(elapsed "$run_started"): $*"
    return "$run_status"
  fi
  say "done in $(elapsed "$run_started")"
}

finish() { say "$1, $(elapsed "$started") in all"; }

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# missing_packages <purpose...>: those of scripts/packages.txt that are needed for it and not there.
missing_packages() {
  while read -r purpose package tool; do
    case " $* " in *" $purpose "*) ;; *) continue ;; esac
    if [ -n "$tool" ] && command -v "$tool" >/dev/null; then continue; fi
    is_installed "$package" || echo "$package"
  done <<LIST
$(sed 's/#.*//' scripts/packages.txt)
LIST
}

# install_for <purpose...>: asks apt only when something is missing, and says so before it does.
install_for() {
  command -v dpkg-query >/dev/null ||
    fail "this is not a Debian system; install what scripts/packages.txt lists by hand"
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$missing" ] || return 0

  as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "not root and no sudo here; as root, run: apt-get install $missing"
    as_root=sudo
  fi
  say "Missing here, to be installed with apt-get${as_root:+ by sudo}: $missing"
  run $as_root apt-get update -q || say "going on with the package lists that are here"
  # shellcheck disable=SC2086  # the list is words on purpose
  run $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends $missing
}

# Node.js may come from elsewhere than Debian; then its npm does too, and apt is not asked.
install_node() {
  if ! command -v node >/dev/null && ! command -v npm >/dev/null; then
    install_for node
  fi
  for tool in node npm; do
    command -v $tool >/dev/null || fail "of the commands node and npm, $tool is missing; \
install it from where the other came from, or remove both and Debian's are used"
  done
  node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' ||
    fail "node is $(node --version); 18 or newer is needed"
}

# npm_packages <folder>: what its package-lock.json names, unless exactly that is already there.
npm_packages() {
  [ -f "$1/package-lock.json" ] || return 0
  if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed-from"; then
    run npm ci --prefix "$1" --no-audit --no-fund
    cp "$1/package-lock.json" "$1/node_modules/.installed-from"
  fi
}

is_preset() {
  case "$1" in dev | release | asan | tsan | coverage) return 0 ;; *) return 1 ;; esac
}

# build <preset> [target...]
build() {
  build_preset=$1
  shift
  run cmake --preset "$build_preset"
  if [ $# -gt 0 ]; then
    run cmake --build --preset "$build_preset" --target "$@"
  else
    run cmake --build --preset "$build_preset"
  fi
}

# Virtual time has a build of its own, and one program in it (docs/simulation.md).
build_simulation() {
  run cmake --preset simulate
  run cmake --build build/simulate --target simulate
}

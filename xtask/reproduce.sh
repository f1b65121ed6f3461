#!/usr/bin/env bash
# `cargo xtask reproduce`: the last commit, built twice from nothing, comes to the same bytes. The two builds have different
# folders of sources, of cargo's output and of cargo's home, and another umask. The argument is the program of xtask.
set -euo pipefail
program=$1
[ -z "$(git status --porcelain)" ] || echo "reproduce: what is not committed is not in it"
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Builds in a folder, and leaves the hashes of what was made in `sums`.
build() (
  umask "$2"
  echo "reproduce: a build in $1"
  export CARGO_HOME="$1/home" CARGO_TARGET_DIR="$1/output"
  mkdir -p "$CARGO_TARGET_DIR/debug" "$CARGO_HOME"
  # What is downloaded already need not be again.
  ln -s "$home"/* "$CARGO_HOME"
  # Where a program is says where its output goes.
  cp "$program" "$CARGO_TARGET_DIR/debug/xtask"
  git clone --quiet --no-local "$root" "$1/sources"
  cd "$1/sources"
  "$CARGO_TARGET_DIR/debug/xtask" build
  npm pack ./pkg --silent --ignore-scripts
  cargo package --quiet --no-verify --locked -p user-handle-core -p user-handle -p user-handle-service -p user-handle-server
  cp "$CARGO_TARGET_DIR"/package/*.crate .
  sha256sum pkg/dist/*.wasm ./*.tgz ./*.crate > "$1/sums"
)

home=${CARGO_HOME:-$HOME/.cargo}
first=$scratch/a second=$scratch/another-one/with/a-longer-path
build "$first" 022
build "$second" 077
cat "$first/sums"
diff "$first/sums" "$second/sums" || { echo "error: the second build made something else" >&2; exit 1; }
[ "$(wc -l < "$first/sums")" = 8 ] || { echo "error: not all eight files were made" >&2; exit 1; }
echo "reproduce: two builds, the same bytes"

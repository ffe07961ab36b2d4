#!/usr/bin/env bash
# Type-checks for macOS with Debian's own Rust: no SDK is needed to check, only stand-ins for the C tools that
# build scripts call. Usage: check.sh CACHE_FOLDER
set -euo pipefail
cache=$(realpath "$1")
packages=(rustc-web cargo-web rust-web-src)
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
mkdir -p "$cache/bin"
cat > "$cache/bin/cc-stand-in" <<'SH'
#!/bin/sh
# Creates the file after -o and succeeds: nothing is linked when types are checked.
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then : > "$2"; fi
  shift
done
SH
chmod +x "$cache/bin/cc-stand-in"
for target in aarch64-apple-darwin; do
  SDKROOT=/nonexistent AR_aarch64_apple_darwin=/bin/true CC_aarch64_apple_darwin="$cache/bin/cc-stand-in" \
    CXX_aarch64_apple_darwin="$cache/bin/cc-stand-in" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_DIR="$cache/macos" \
    /usr/bin/cargo check --locked --quiet -Zbuild-std=std,panic_unwind --target "$target"
done
echo "macOS: types check"

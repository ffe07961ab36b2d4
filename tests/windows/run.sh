#!/usr/bin/env bash
# Cross-builds guard.exe with Debian's own Rust (compiler and library source of one version) and runs it under
# Wine: a scan, the demo, and a proxied request. Usage: run.sh CACHE_FOLDER
set -euo pipefail
cache=$(realpath "$1")
target=x86_64-pc-windows-gnu
packages=(rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix wine64 curl)

missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$cache/windows" \
  /usr/bin/cargo build --locked --quiet -Zbuild-std=std,panic_unwind --target "$target"
guard="$cache/windows/$target/debug/guard.exe"

# Wine 8 lacks bcryptprimitives.dll, which Rust's standard library imports: a stand-in for this test prefix only.
export WINEPREFIX="$cache/wine" WINEDEBUG=-all DISPLAY=
unset SSL_CERT_FILE SSL_CERT_DIR
if [ ! -f "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" ]; then
  /usr/lib/wine/wine64 wineboot -i >/dev/null 2>&1
  cat > "$cache/bcryptprimitives.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) { return SystemFunction036(buffer, (ULONG)length); }
C
  x86_64-w64-mingw32-gcc -O2 -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" \
    "$cache/bcryptprimitives.c" -ladvapi32
fi

work=$(mktemp -d)
trap 'kill "${proxy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
wine() { timeout 120 /usr/lib/wine/wine64 "$guard" "$@"; }

# A scan: the finding at its place, exit status 1.
printf 'Bonjour,\r\nmon NISS est le 85.07.30-033.28.\r\n' > "$work/note.txt"
status=0
wine scan --format jsonl "Z:$work/note.txt" > "$work/scan.jsonl" || status=$?
grep -q '"detector":"be.niss"' "$work/scan.jsonl" || { echo "scan under Wine: no NISS"; cat "$work/scan.jsonl"; exit 1; }
[ "$status" -eq 1 ] || { echo "scan under Wine: exit status $status, not 1"; exit 1; }

# The demo: real proxy, real TLS, both on Windows.
wine demo > "$work/demo.txt" || { echo "demo under Wine failed"; cat "$work/demo.txt"; exit 1; }
grep -q '\[NISS_' "$work/demo.txt" && grep -q 'block 1, 2 (CIA-8 b)' "$work/demo.txt" || {
  echo "demo under Wine: no placeholder or no article"; cat "$work/demo.txt"; exit 1; }

# A proxied request from a real client to a host outside the catalogue and a denied one.
cat > "$work/guard.toml" <<TOML
charter = "ores"
[proxy]
listen = "127.0.0.1:0"
[ca]
dir = 'Z:$work/ca'
TOML
/usr/lib/wine/wine64 "$guard" proxy --config "Z:$work/guard.toml" > "$work/proxy.out" 2>&1 &
proxy=$!
port=
for _ in $(seq 300); do
  port=$(grep -aoE '127\.0\.0\.1:[0-9]+' "$work/proxy.out" | head -n 1 | cut -d: -f2) && [ -n "$port" ] && break
  kill -0 "$proxy" 2>/dev/null || { echo "the proxy ended under Wine"; cat "$work/proxy.out"; exit 1; }
  read -rt 0.1 <> <(:) || true
done
answer=$(curl --silent --max-time 60 --proxy "http://127.0.0.1:$port" --cacert "$work/ca/root.pem" \
  --output "$work/answer.json" --write-out '%{http_code}' --json '{"model":"m","messages":[{"role":"user","content":"Bonjour"}]}' \
  https://api.openai.com/v1/chat/completions)
[ "$answer" = 400 ] && grep -q 'CIA-7' "$work/answer.json" || {
  echo "a denied tool under Wine: status $answer"; cat "$work/answer.json" "$work/proxy.out"; exit 1; }
echo "Windows: scan, demo and a proxied request passed"

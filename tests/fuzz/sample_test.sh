#!/bin/sh
# A short sample of the fuzzing: every parser meets its corpus and some thousand mutations of it.
set -u
if ! command -v clang >/dev/null 2>&1; then
    echo "ok 1 - fuzzing # SKIP no clang"
    exit 0
fi
if ! make --no-print-directory MODE=fuzz -j2 fuzz-build >build/fuzz-build.log 2>&1; then
    echo "not ok 1 - the fuzz targets build"
    tail -20 build/fuzz-build.log
    exit 1
fi
number=0
failed=0
for target in build/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    number=$((number + 1))
    if "$target" -runs=4000 -seed=1 -timeout=20 -max_len=4096 -artifact_prefix="build/fuzz/$name-" \
        "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        tail -20 "build/fuzz/$name.log"
        failed=1
    fi
done
exit "$failed"

#!/bin/sh
# No control that is wrong on purpose gets into what is built by default: not into a program, not into the library, and no
# rule of the build, of the packages or of the units asks for one. That the check can fail: here with a file that has
# such a mark and a program that is wrong on purpose, in tests/storm/control_test.sh with the wrong broker itself.
set -u
. tests/help/tap.sh
B=${B:-build}
trap 'rm -rf "$tap_dir"' EXIT

# Each define the sources know leaves a mark in what is built with it: where one is asked for, one is said.
each_has_a_mark() {
    defines=$(grep -rhoE '(ifdef|ifndef|defined\(?) *MU_CONTROL_[A-Z_]*' --include='*.[ch]' proto broker agents replay |
        grep -o 'MU_CONTROL_[A-Z_]*' | sort -u)
    [ -n "$defines" ] || return 1
    for define in $defines; do
        echo "$define"
        grep -rqE "used\)\) = \"$define\"" --include='*.c' proto broker agents replay || return 1
    done
}
nobody_asks_for_one() {
    ! grep -rn 'MU_CONTROL_' Makefile deploy
}
programs=$(find "$B" -maxdepth 1 -type f \( -name 'muster*' -o -name 'libmuster.*' \) ! -name '*.pc')
# shellcheck disable=SC2086  # a list of files without spaces in their names
story "there are programs and a library" test "$(echo $programs | wc -w)" -ge 5
# shellcheck disable=SC2086
story "none is wrong on purpose" sh tests/house/control.sh $programs
story "every control in the sources leaves its mark" each_has_a_mark
story "no rule of the build asks for one" nobody_asks_for_one

{ cat "$B/musterd" && printf 'MU_CONTROL_ACK_FIRST'; } >"$tap_dir/wrong"
fails 1 "one that has the mark is found" sh tests/house/control.sh "$B/musterd" "$tap_dir/wrong"
says "and named" 'wrong: built with MU_CONTROL_ACK_FIRST'
fails 1 "so is a test that carries the wrong code" sh tests/house/control.sh "$B/tests/log/nosync_test"
says "and that is named" 'nosync_test: built with MU_CONTROL_NOSYNC'
fails 2 "one that is not there does not pass" sh tests/house/control.sh "$tap_dir/nothing"
tap_done

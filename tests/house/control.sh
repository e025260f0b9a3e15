#!/bin/sh
# No program that people use may be one of those built wrong on purpose (negative controls: -DMU_CONTROL_...). Such
# a build has its define's name among its bytes; stripping does not take it out.
#
#   sh tests/house/control.sh FILE...     names each that has one and exits 1; 2 when a file cannot be read
set -u
status=0
for file; do
    [ -r "$file" ] || {
        printf '%s: cannot be read\n' "$file"
        exit 2
    }
    mark=$(LC_ALL=C grep -a -o -m 1 'MU_CONTROL_[A-Z_]*' "$file" | head -n 1)
    if [ -n "$mark" ]; then
        printf '%s: built with %s\n' "$file" "$mark"
        status=1
    fi
done
exit $status

#!/usr/bin/env bash
# In the virtual machine: every suite of cases, two at a time, since a server or a disk that one of them
# waits for leaves the other a processor.
set -uo pipefail

# Also what an agent calls itself in its locks; the cases of two agents have a host 'two' besides.
hostname one
INTACT_ONLY='nfs' bash filesystems.bash &
nfs=$!
status=0
INTACT_ONLY='^case_[^n]*$|smb' bash filesystems.bash || status=1
bash lies.bash || status=1
wait "$nfs" || status=1
exit "$status"

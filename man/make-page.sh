#!/bin/sh
# make-page.sh SCDOC DATE PAGE OUT: the page is of SOURCE_DATE_EPOCH, else of the release's date; scdoc
# itself would take today.
set -eu
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -u -d "$2" +%s)}
export SOURCE_DATE_EPOCH
"$1" <"$3" >"$4.new"
mv "$4.new" "$4"

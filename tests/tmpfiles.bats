#!/usr/bin/env bats
# systemd/perch.tmpfiles, by the real systemd-tmpfiles: old leftovers of uploads go, and nothing else.

load helper

setup() {
    command -v systemd-tmpfiles >/dev/null || skip "there is no systemd-tmpfiles"
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    sed "s|/var/lib/private/perch|$FILES|" "$TOP/systemd/perch.tmpfiles" >perch.conf
    grep -q "^e $FILES " perch.conf
}

@test "what begins with .perch- and is older than a day is removed; all else stays" {
    mkdir files/folder files/.folder files/.perched files/pub
    for name in file .file .p .pe .per .perc .perch .perch0 .perches .perh-0 .xerch-0 perch-0 \
        folder/file folder/.perch-0 .folder/file .perched/file; do
        echo "$name" >"files/$name"
    done
    find files >before
    echo new >files/.perch-new
    echo old >files/.perch-0123456789abcdef
    echo old >files/.perch-upload-0123456789abcdef
    find files ! -name .perch-new -exec touch -d '-25 hours' {} +
    systemd-tmpfiles --clean "$PWD/perch.conf"
    echo files/.perch-new >>before
    diff <(sort before) <(find files | sort)
}

#!/usr/bin/env bats
# The power is cut: what a client was told is stored is on the disk.

load faults

setup() {
    need_root
}

# powercut ARGUMENT ...: see powercut.py. Skips where it can't be done.
powercut() {
    local status=0 said
    said=$(on_own_mounts "$FAULTS/powercut.py" "$@") || status=$?
    echo "$said"
    [[ $status != 77 ]] || skip "${said#skip: }"
    [[ $status != 0 ]] || echo "# $(tail -n 1 <<<"$said")" >&3
    return "$status"
}

@test "a disk that loses what was not flushed: each answered upload is there, each other name old or new" {
    powercut --images "$(sized 60 400)" --changes "$(sized 40 150)"
}

@test "the same where ext4 does not help with files that are replaced (noauto_da_alloc)" {
    powercut --images "$(sized 30 300)" --changes "$(sized 30 100)" --mount noauto_da_alloc
}

@test "without the sync of the folder uploads are lost, and this test finds out" {
    build_broken no_folder_sync
    powercut --images 20 --changes 20 --expect-loss
}

@test "without the sync of the file uploads are lost, and this test finds out" {
    build_broken no_file_sync
    powercut --images 20 --changes 20 --expect-loss
}

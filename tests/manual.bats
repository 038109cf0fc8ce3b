#!/usr/bin/env bats
# The manual pages: complete, and of one mind with --help, the README and the sources.

load helper

setup() {
    cd "$TOP" || return
}

# Python with both pages, read as their sources: manual.py.
manual() {
    { echo 'from manual import *'; cat; } | python3 - 3>&-
}

@test "mandoc finds nothing to complain about" {
    command -v mandoc >/dev/null || skip "there is no mandoc"
    # Which other pages this machine has is no matter of ours.
    complaints=$(mandoc -Tlint src/*.8 2>/dev/null | grep -v 'referenced manual not found') || true
    [ -z "$complaints" ] || {
        echo "$complaints"
        false
    }
}

@test "options: those of --help, with the same values and defaults, in the same order" {
    manual <<'END'
for program in PROGRAMS:
    offered = help_options(program)
    assert len(offered) > 5, offered
    same(f"--help of {program}", offered, f"OPTIONS of {program}.8", page_options(program))
END
}

@test "options: the README's tables have the same values and defaults" {
    manual <<'END'
for program in PROGRAMS:
    described = readme_options()
    for option in help_options(program):
        if option.name in ("--help", "--version"):
            continue
        found = [row for row in described if row.name == option.name]
        assert found, f"README.md: no row for {option.name}"
        values = "|".join(dict.fromkeys(row.value for row in found))
        assert values == option.value, f"README.md, {option.name}: {values!r}, not {option.value!r}"
        assert not option.default or found[0].default == option.default, \
            f"README.md, {option.name}: default {found[0].default!r}, not {option.default!r}"
END
}

@test "endpoints: each row of route.h" {
    manual <<'END'
routes = re.findall(r'ROW\("([^"]*)"', source("src/serve/route.h"))
assert "/files/" in routes
told = [line.split()[1] for line in tags("perch", "ENDPOINTS")]
same("src/serve/route.h", set(routes), "ENDPOINTS of perch.8", set(told))
END
}

@test "statuses: each row of status.h" {
    manual <<'END'
rows = re.findall(r'ROW\(S_\w+,\s*(\d+), "([^"]*)"', source("src/http/status.h"))
assert len(rows) > 10
told = [tuple(row[:2]) for row in columns("perch", "ENDPOINTS")]
same("src/http/status.h", rows, "the statuses of perch.8", told)
END
}

@test "limits: every bound that a client or an administrator can meet, with its value" {
    manual <<'END'
told = {}
for program in PROGRAMS:
    told.update(bounds_told(program))
for name, value in bounds().items():
    assert name in told, f"src/bounds.h: {name}: no row in LIMITS of a manual page names it in a comment"
    assert any(form in told[name] for form in forms(name, value)), \
        f"src/bounds.h: {name} is {value}; its row says {told[name]!r}"
unknown = told.keys() - all_bounds().keys()
assert not unknown, f"no bounds any more: {unknown}"
END
}

@test "exit codes: those that the sources have, in the pages and in the README" {
    manual <<'END'
readme = set(re.findall(r"\d+", "".join(
    line.split("|")[1] for line in source("README.md").partition("## Exit codes")[2]
    .partition("\n## ")[0].split("\n") if line.startswith("|"))))
for program in PROGRAMS:
    codes = exit_codes(program)
    assert {"64", "78"} <= codes
    told = set(tags(program, "EXIT STATUS"))
    # What perch says of its options is perchd's code, too.
    possible = codes | exit_codes("perch")
    assert codes <= told <= possible, \
        f"{program}.8, EXIT STATUS: {codes - told} missing, {told - possible} too many"
    assert codes <= readme, f"README.md, exit codes: {codes - readme} missing"
END
}

@test "environment: each variable that the sources read" {
    manual <<'END'
for program in PROGRAMS:
    read = set(re.findall(r'getenv\("(\w+)"\)', "".join(map(source, sources(program)))))
    told = set(re.findall(r"\bEv (\w+)", section(program, "ENVIRONMENT")))
    assert "LISTEN_FDS" in read and read <= told, f"ENVIRONMENT of {program}.8: {read - told} missing"
END
}

@test "files: each file of systemd/ is named, and no other" {
    [ -d systemd ] || skip "there are no units yet"
    for file in systemd/*; do
        [ -f "$file" ] || continue # of a package
        grep -qF "$(basename "$file")" src/perch.8 src/perchd.8 || {
            echo "$file is named in neither page's FILES"
            false
        }
    done
}

@test "examples: the programs take each command's options" {
    manual <<'END'
for program in PROGRAMS:
    commands = re.findall(rf"[$#|] (?:\S*/)?({'|'.join(PROGRAMS)})((?: --?\S+| [^-\s]\S*)*)\n",
                          section(program, "EXAMPLES"))
    assert commands
    for name, arguments in commands:
        words = [word.replace("/srv/files", "/tmp") for word in arguments.split()]
        subprocess.run([build(name), *words, "--check"], check=True, stdout=subprocess.DEVNULL)
END
}

@test "README: the map of src names each file, in the row of its room" {
    manual <<'END'
rooms = re.findall(r"^\| `(\w+)/` \| (.*) \|$", source("README.md"), re.M)
named = {f"src/{room}/{name}" for room, row in rooms for name in re.findall(r"`(\w+)`", row)}
same("README.md, A map of src", named, "src", {path[:-2] for path in glob.glob("src/*/*.[ch]")})
END
}

# Writes the completion of a shell from what the programs' --help says, so that there is one table of
# options:
#
#   { build/perch --help; build/perchd --help; } | awk -v shell=bash -f src/completion.awk
#
# perchd takes perch's options as well. A value that is written as words with bars between them is one
# of them; DIR, FILE and FORMAT are known by their names.

function words_of(value, help) {
    if (value == "FORMAT") {
        gsub(/ or |, /, " ", help)
        sub(/ \(.*/, "", help)
        return help
    }
    if (value !~ /^[a-z]+(\|[a-z]+)+$/)
        return ""
    gsub(/\|/, " ", value)
    return value
}

function kind_of(value) {
    return value ~ /DIR/ ? "folder" : value ~ /FILE|PATH/ ? "file" : value == "" ? "" : "other"
}

/^perchd?: / { program = substr($1, 1, length($1) - 1) }

/^  --/ {
    help = $0
    sub(/^  --[^ ]+( [^ ]+)?  +/, "", help)
    name = $1
    value = ""
    optional = sub(/\[=.*/, "", name)
    if (optional)
        value = substr($1, length(name) + 3, length($1) - length(name) - 3)
    else if (substr($0, length($1) + 4, 1) != " ")
        value = $2
    count++
    names[count] = name
    of[count] = program
    helps[count] = help
    kinds[count] = kind_of(value)
    words[count] = words_of(value, help)
    optionals[count] = optional
}

# Those of perchd are its own and perch's; what both have counts once.
function is_of(i, wanted,   j) {
    if (of[i] == wanted)
        return 1
    if (wanted != "perchd")
        return 0
    for (j = 1; j <= count; j++)
        if (of[j] == "perchd" && names[j] == names[i])
            return 0
    return 1
}

function bash_function(program,   i, all, cases) {
    for (i = 1; i <= count; i++) {
        if (!is_of(i, program))
            continue
        all = all " " names[i]
        if (kinds[i] == "")
            continue
        cases = cases "    " (optionals[i] ? "" : names[i] " | ") names[i] "=) "
        if (words[i] != "")
            cases = cases "COMPREPLY=($(compgen -W '" words[i] "' -- \"$word\"))"
        else if (kinds[i] == "folder")
            cases = cases "mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); compopt -o filenames"
        else if (kinds[i] == "file")
            cases = cases "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); compopt -o filenames"
        else
            cases = cases "COMPREPLY=()"
        cases = cases " ;;\n"
    }
    printf "_%s() {\n    local IFS=$' \\n' word=$2 before=$3\n", program
    # To bash "=" is a word.
    print "    [[ $word = \"=\" ]] && word= before=$before="
    print "    [[ $before = \"=\" ]] && before=${COMP_WORDS[COMP_CWORD-2]}="
    printf "    case $before in\n%s", cases
    printf "    *) COMPREPLY=($(compgen -W '%s' -- \"$word\")) ;;\n    esac\n}\n", substr(all, 2)
    printf "complete -F _%s %s\n", program, program
}

function zsh_spec(i,   text, spec) {
    text = helps[i]
    gsub(/[][\\:]/, "\\\\&", text)
    gsub(/'/, "'\\''", text)
    spec = names[i] (optionals[i] ? "=-" : kinds[i] != "" ? "=" : "") "[" text "]"
    if (names[i] ~ /listen|allow-host/)
        spec = "*" spec
    if (kinds[i] == "")
        return "'" spec "'"
    spec = spec (optionals[i] ? "::" : ":") substr(names[i], 3) ":"
    if (words[i] != "")
        return "'" spec "(" words[i] ")'"
    return "'" spec (kinds[i] == "folder" ? "_files -/" : kinds[i] == "file" ? "_files" : " ") "'"
}

function zsh_function(program,   i) {
    printf "_%s() {\n    _arguments", program
    for (i = 1; i <= count; i++)
        if (is_of(i, program))
            printf " \\\n        %s", zsh_spec(i)
    printf "\n}\n"
}

END {
    if (shell == "bash") {
        bash_function("perch")
        bash_function("perchd")
    } else {
        print "#compdef perch perchd"
        zsh_function("perch")
        zsh_function("perchd")
        print "\"_$service\" \"$@\""
    }
}

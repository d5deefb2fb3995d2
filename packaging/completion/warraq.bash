# warraq.bash - completion of warraq(1) for bash.
#
# It knows no verb, option or stage by name: it asks the command, whose help is
# printed from the tables that it reads the command line with, so that it fits
# whatever version is installed.  It needs nothing of bash-completion.
# shellcheck shell=bash

# _warraq_usage COMMAND VERB: the arguments of a verb, a line for each form:
# "PIPELINE [INPUT...]".
_warraq_usage()
{
    "$1" "$2" --help 2>/dev/null </dev/null |
        sed -n -e '/^$/q' -e 's/^Usage: *//' -e "s/^ *warraq $2 *//p"
}

# _warraq_options COMMAND VERB: "--name" and what stands for its value, or
# nothing, a line each.  A short one has a line of its own.
_warraq_options()
{
    "$1" "$2" --help 2>/dev/null </dev/null |
        sed -n -e 's/^  -\(.\), --\([a-z-]*\)=\([^ ]*\).*/-\1 \3\n--\2 \3/p;t' \
            -e 's/^  -\(.\), --\([a-z-]*\) .*/-\1\n--\2/p;t' \
            -e 's/^  *--\([a-z-]*\)=\([^ ]*\).*/--\1 \2/p;t' \
            -e 's/^  *--\([a-z-]*\) .*/--\1/p'
}

# _warraq_takes OPTIONS WORD: what stands for the value of that option; fails if
# it takes none.
_warraq_takes()
{
    local name value
    while read -r name value; do
        [[ $name = "$2" && -n $value ]] && echo "$value" && return
    done <<<"$1"
    return 1
}

# _warraq_names COMMAND: stages and formats.
_warraq_names()
{
    "$1" list 2>/dev/null </dev/null |
        sed -n 's/^  \([A-Za-z_][A-Za-z0-9_-]*\) .*/\1/p'
}

# _warraq_paths KIND WORD: files and folders into COMPREPLY; of pipelines only
# what ends as one does.  A path is whole when it is that of a file.
_warraq_paths()
{
    local path
    [ "$1" = dirs ] || while IFS= read -r path; do
        case $1:$path in
        yaml:*.yaml | yaml:*.yml | so:*.so | files:*)
            [ -d "$path" ] || COMPREPLY+=("$path") ;;
        esac
    done < <(compgen -f -- "$2")
    while IFS= read -r path; do
        [[ " ${COMPREPLY[*]} " = *" $path "* ]] || COMPREPLY+=("$path")
    done < <(compgen -d -- "$2")
    # Readline puts a slash, not a space, behind a folder.
    compopt -o filenames 2>/dev/null
}

# _warraq_value WHAT COMMAND VERB WORD: what may stand for "fail|skip", "DIR",
# "PIPELINE|DIR", "INPUT..." or "NAME".
_warraq_value()
{
    local alternatives one
    IFS='|' read -ra alternatives <<<"$1"
    for one in "${alternatives[@]}"; do
        one=${one%%\[*}
        one=${one%...}
        case $one in
        PIPELINE) _warraq_paths yaml "$4" ;;
        DIR) _warraq_paths dirs "$4" ;;
        FILE.so) _warraq_paths so "$4" ;;
        PATH | FILE | INPUT | OUTPUT | REJECTS) _warraq_paths files "$4" ;;
        NAME)
            [ "$3" = new ] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY \
                < <(compgen -W "$(_warraq_names "$2")" -- "$4") ;;
        [a-z]*)
            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY \
                < <(compgen -W "$one" -- "$4") ;;
        esac
    done
}

# _warraq_argument COMMAND VERB WORD GIVEN...: an argument behind those given,
# by every form of the verb that they fit.
_warraq_argument()
{
    local command=$1 verb=$2 word=$3 usage shape i fits seen=' '
    shift 3
    while read -r usage; do
        usage=${usage//\[/}
        read -ra shape <<<"${usage//\]/}"
        [ ${#shape[@]} -gt 0 ] || continue
        fits=yes
        for ((i = 0; i < $# && i < ${#shape[@]}; i++)); do
            # A word in small letters stands for itself.
            case ${shape[i]} in
            [a-z]*) [[ "|${shape[i]}|" = *"|${*:i+1:1}|"* ]] || fits= ;;
            esac
        done
        i=$#
        if [ "$i" -ge ${#shape[@]} ]; then
            i=$((${#shape[@]} - 1))
            [[ ${shape[i]} = *...* ]] || fits=
        fi
        [[ -z $fits || $seen = *" ${shape[i]} "* ]] && continue
        seen="$seen${shape[i]} "
        _warraq_value "${shape[i]}" "$command" "$verb" "$word"
    done < <(_warraq_usage "$command" "$verb")
}

_warraq()
{
    local command=$1 word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]-}
    local before=${COMP_WORDS[COMP_CWORD - 1]} options value i given=() takes=
    COMPREPLY=()
    if [ "$COMP_CWORD" -le 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$command" --help 2>/dev/null |
            sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p') --help --version" -- "$word")
        return
    fi
    options=$(_warraq_options "$command" "$verb")

    # bash takes "--lock=skip" for three words.
    if [ "$word" = = ]; then
        word=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if value=$(_warraq_takes "$options" "$before"); then
        _warraq_value "$value" "$command" "$verb" "$word"
        return
    fi
    if [[ $word = -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "$(sed -n 's/^\(--[^ ]*\) .*/\1=/p;t;s/^--/&/p' <<<"$options")" -- "$word")
        [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] ||
            compopt -o nospace 2>/dev/null
        return
    fi

    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        =) takes=yes ;; # the next one is the value
        -*)
            takes=
            _warraq_takes "$options" "${COMP_WORDS[i]}" >/dev/null && takes=yes ;;
        *)
            [ -n "$takes" ] || given+=("${COMP_WORDS[i]}")
            takes= ;;
        esac
    done
    _warraq_argument "$command" "$verb" "$word" "${given[@]}"
}

complete -F _warraq warraq

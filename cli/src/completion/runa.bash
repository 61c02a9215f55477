# Completion of runa for bash. Load it with: source <(runa completion bash)
_runa() {
  local rest=$COMP_LINE word trimmed line current behind prefix i last=-1
  local -a words=() lines=()
  COMPREPLY=()
  # readline splits at = and : too: where no blank is between two of its words, they are one of the shell's.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    trimmed=${rest#"${rest%%[![:space:]]*}"}
    if ((last >= 0)) && [[ $trimmed == "$rest" ]]; then
      words[last]+=$word
    else
      words[++last]=$word
    fi
    rest=${trimmed#"$word"}
  done
  current=${words[last]}
  while IFS= read -r line; do
    lines+=("$line")
  done < <(runa __complete bash -- "${words[@]:1}" 2>/dev/null)
  ((${#lines[@]} > 0)) || return 0
  # Only what is behind the last of these is replaced.
  behind=$current
  [[ $COMP_WORDBREAKS == *=* ]] && behind=${behind##*=}
  [[ $COMP_WORDBREAKS == *:* ]] && behind=${behind##*:}
  prefix=${current%"$behind"}
  case ${lines[${#lines[@]} - 1]} in
    :files | :directories)
      local kind=-f
      [[ ${lines[${#lines[@]} - 1]} == :directories ]] && kind=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        COMPREPLY+=("$line")
      done < <(compgen "$kind" -- "$behind")
      return 0
      ;;
  esac
  for line in "${lines[@]:0:${#lines[@]}-1}"; do
    line=${line%%$'\t'*}
    [[ $behind == [\"\']* ]] || line=$(printf %q "$line")
    COMPREPLY+=("${line#"$prefix"}")
  done
}
complete -F _runa runa

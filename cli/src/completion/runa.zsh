#compdef runa
# Completion of runa for zsh. Load it with: source <(runa completion zsh), or keep it as _runa in a directory of $fpath.
_runa() {
  local line answer
  local -a lines values shown
  answer=$(runa __complete zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null) || return 1
  lines=("${(@f)answer}")
  case $lines[-1] in
    :files)
      compset -P '--*='
      _files
      return
      ;;
    :directories)
      compset -P '--*='
      _files -/
      return
      ;;
  esac
  for line in "${(@)lines[1,-2]}"; do
    values+=("${line%%$'\t'*}")
    line="${line%%$'\t'*}  -- ${line#*$'\t'}"
    shown+=("${line%  -- }")
  done
  (($#values)) && compadd -l -d shown -a values
}
if [[ $funcstack[1] == _runa ]]; then
  _runa "$@"
else
  (($+functions[compdef])) || { autoload -Uz compinit && compinit; }
  compdef _runa runa
fi

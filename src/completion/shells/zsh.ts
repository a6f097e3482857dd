/** As a file named _b2d in a folder of $fpath it is loaded at the first Tab; else it registers itself. */
export const zshScript = String.raw`#compdef b2d
# Completion of b2d's commands for zsh. For this shell:  eval "$(b2d completion zsh)"

_b2d() {
  local possible found=1
  local -a answer after
  answer=("${'$'}{(@f)$(command b2d __complete zsh "${'$'}{(@Q)words[2,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null </dev/null)}")
  possible=$answer[1]
  shift answer
  [[ $possible == *open ]] && after=(-S '')
  (( $#answer )) && _describe -t values b2d answer "${'$'}{after[@]}" && found=0
  if [[ $possible == (files|folders)* ]]; then
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    if [[ $possible == folders* ]]; then _path_files -/ && found=0; else _files && found=0; fi
  fi
  return found
}

if [[ $funcstack[1] == _b2d ]]; then
  _b2d "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _b2d b2d
fi
`;

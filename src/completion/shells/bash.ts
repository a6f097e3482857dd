/** bash 3.2, which macOS has, knows neither compopt nor mapfile; the package bash-completion is not needed. */
export const bashScript = String.raw`# Completion of b2d's commands for bash. For this shell:  eval "$(b2d completion bash)"

_b2d() {
  local possible reply
  COMPREPLY=()
  {
    IFS= read -r possible
    while IFS= read -r reply; do COMPREPLY[${'$'}{#COMPREPLY[@]}]=$reply; done
  } < <(MSYS2_ARG_CONV_EXCL='*' command b2d __complete bash "${'$'}{COMP_LINE:0:$COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)

  case $possible in
    # A name of a file that is there wins; without a reply bash completes names of files itself.
    files*) [ -z "$(compgen -f -- "${'$'}{COMP_WORDS[COMP_CWORD]}")" ] || COMPREPLY=() ;;
    folders*) compopt +o default -o dirnames 2>/dev/null ;;
    values*) compopt +o default 2>/dev/null ;;
  esac
  case $possible in
    *open) compopt -o nospace 2>/dev/null ;;
  esac
  return 0
}

complete -o default -F _b2d b2d
`;

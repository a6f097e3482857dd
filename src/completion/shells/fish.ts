/** fish 3.0 and newer. It filters the candidates and quotes them by itself. */
export const fishScript = String.raw`# Completion of b2d's commands for fish. For this shell:  b2d completion fish | source

function __b2d_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l typed (commandline -ct)
    set -l current (string unescape -- "$typed")
    or set current (string replace -r '^["\']' '' -- "$typed")
    set -l answer (command b2d __complete fish $words "$current" 2>/dev/null </dev/null)
    set -l possible $answer[1]
    set -e answer[1]
    printf '%s\n' $answer
    string match -q -r '^(files|folders)' -- "$possible"
    or return 0
    # fish itself looks for the files, as it would for a program it knows nothing of.
    set -l flag (string match -r '^--[^=]+=' -- "$typed")
    or set flag ''
    set -l paths (complete -C"__b2d_none "(string replace -r '^--[^=]+=' '' -- "$typed"))
    string match -q 'folders*' -- "$possible"
    and set paths (string match -r '.*/$' -- $paths)
    printf '%s\n' $flag$paths
end

complete -c b2d -f -a '(__b2d_complete)'
`;

# Completion of runa for fish. Load it with: runa completion fish | source
function __runa_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l typed (string unescape -- $current)
    or set typed $current
    set -l lines (runa __complete fish -- $before[2..-1] "$typed" 2>/dev/null)
    test (count $lines) -gt 0
    or return
    set -l prefix (string match -r -- '^--[^=]*=' "$typed")
    set -l path (string replace -r -- '^--[^=]*=' '' "$typed")
    switch $lines[-1]
        case ':files'
            printf "$prefix%s\n" (__fish_complete_path "$path")
        case ':directories'
            printf "$prefix%s\n" (__fish_complete_directories "$path")
        case '*'
            test (count $lines) -gt 1
            and printf '%s\n' $lines[1..-2]
    end
end
complete -c runa -e
complete -c runa -f -a '(__runa_complete)'

/** Small scripts that ask the program itself what may come next. PROGRAM is its name, FUNCTION a name made of it. */

const bash = `# bash completion for PROGRAM; load it with: source <(PROGRAM completion bash)
__FUNCTION_complete() {
    local current="\${COMP_WORDS[COMP_CWORD]}" line=("\${COMP_WORDS[@]:1:COMP_CWORD}") out code
    out=$("\${COMP_WORDS[0]}" __completeNoDesc "\${line[@]}" 2>/dev/null) || return
    code="\${out##*:}"
    out="\${out%:*}"
    local IFS=$'\\n'
    COMPREPLY=($(compgen -W "\${out}" -- "\${current}"))
    if [[ \${#COMPREPLY[@]} -eq 0 && "\${code}" == 0 ]]; then
        compopt -o filenames
        COMPREPLY=($(compgen -f -- "\${current}"))
    fi
}
complete -F __FUNCTION_complete PROGRAM
`;

const zsh = `#compdef PROGRAM
# zsh completion for PROGRAM; load it with: source <(PROGRAM completion zsh)
_FUNCTION() {
    local -a lines
    lines=("\${(@f)$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
    local code=\${lines[-1]#:}
    lines[-1]=()
    local -a candidates
    local line
    for line in $lines; do
        candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
    done
    if (( \${#candidates} )); then
        _describe 'PROGRAM' candidates
    elif [[ $code == 0 ]]; then
        _files
    fi
}
compdef _FUNCTION PROGRAM
`;

const fish = `# fish completion for PROGRAM; load it with: PROGRAM completion fish | source
function __FUNCTION_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete $words[2..-1] 2>/dev/null | string match -v -r '^:\\d+$'
end
complete -c PROGRAM -f -a '(__FUNCTION_complete)'
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** @returns undefined for a shell that there is no script for */
export function completionScript(shell: string, program: string): string | undefined {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  return script?.replaceAll("PROGRAM", program).replaceAll("FUNCTION", program.replaceAll(/\W/g, "_"));
}

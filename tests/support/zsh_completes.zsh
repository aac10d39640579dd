# zsh_completes.zsh FOLDER LINE: what zsh's own completion offers after LINE, one a line, with the
# functions in FOLDER. A second zsh does it, on a terminal of its own; it marks what it says.
if [[ $1 != --inside ]]; then
    zmodload zsh/zpty || exit 77
    zpty shell zsh -f -i
    zpty -w shell "source ${(q)ZSH_ARGZERO:A} --inside ${(q)1:A}"
    zpty -r shell said $'*<ready>\r\n*' || exit 1
    zpty -n -w shell "$2"$'\t'
    zpty -r shell said '*<ended>*' || exit 1
    print -r -- "$said" | tr -d '\r' | sed -n 's/^<word>//p'
    zpty -d shell
    exit 0
fi

PS1= PS2=
unsetopt prompt_cr prompt_sp
fpath=($2 $fpath)
autoload -Uz compinit
compinit -u -C
bindkey '^I' complete-word
compadd() {
    local -a found
    # What is asked where to put the words (-O, -A, -D) is an inner question.
    if [[ -z ${(M)@[1,${@[(i)(-|--)]}]:#-[OAD]} ]]; then
        builtin compadd -A found "$@"
        print -r -- ${(F)found/#/<word>}
    fi
    builtin compadd "$@"
}
begun() { print }
ended() { print -r -- "<ended>"; exit }
compprefuncs=(begun)
comppostfuncs=(ended)
print -r -- "<ready>"

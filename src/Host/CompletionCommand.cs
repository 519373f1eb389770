using PbKv.Clusters;

namespace PbKv.Host;

/// <summary>
/// A script for the shell's own completion. It asks the program itself, so it knows every command and option there is.
/// </summary>
internal static class CompletionCommand
{
    public static readonly string Program = string.Join(' ', Pbkv.Words.Select(InShell));

    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = $$"""
            # Bash completion of pbkv:   source <(pbkv completion bash)
            _pbkv() {
                local words program=({{Program}}) IFS=$'\n'
                # Where pbkv is an alias, it is the program that wrote this.
                type -P "${COMP_WORDS[0]}" >/dev/null && program=("${COMP_WORDS[0]}")
                words=$("${program[@]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
                COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _pbkv pbkv
            """,
        ["zsh"] = $$"""
            # Zsh completion of pbkv:   source <(pbkv completion zsh)
            _pbkv() {
                local program=({{Program}})
                (( $+commands[$words[1]] )) && program=($words[1])
                local -a said=("${(@f)$("${program[@]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                compadd -- $said || _files
            }
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
            compdef _pbkv pbkv
            """,
        ["fish"] = $$"""
            # Fish completion of pbkv:   pbkv completion fish | source
            function __pbkv
                set -l line (commandline -cp)
                set -l program {{Program}}
                type -qf pbkv; and set program pbkv
                $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c pbkv -a '(__pbkv)'
            """,
    };

    /// <summary>A word that no shell takes apart.</summary>
    public static string InShell(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+:".Contains(letter))
            ? word
            : $"'{word.Replace("'", @"'\''")}'";

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Scripts.ContainsKey(token.Value))
                result.AddError($"there is no completion for '{token.Value}', only for bash, zsh and fish");
        });
        var command = new Command("completion", "Print a script that completes pbkv's commands in a shell") { shell };
        command.SetAction(parsed =>
        {
            terminal.WriteLine(Scripts[parsed.GetRequiredValue(shell)]);
            return ExitCodes.Done;
        });
        return command;
    }
}

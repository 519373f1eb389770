using System.CommandLine;
using PbKv.Clusters;

namespace PbKv.Host;

/// <summary>
/// A script for the shell's own completion. It asks the program itself, so it knows every command and option there is.
/// </summary>
internal static class CompletionCommand
{
    private static readonly string Bash = $$"""
        # Bash completion of pbkv:   source <(pbkv completion bash)
        _pbkv() {
            local words program=({{string.Join(' ', Pbkv.Words.Select(InShell))}}) IFS=$'\n'
            # Where pbkv is an alias, it is the program that wrote this.
            type -P "${COMP_WORDS[0]}" >/dev/null && program=("${COMP_WORDS[0]}")
            words=$("${program[@]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
            COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _pbkv pbkv
        """;

    /// <summary>A word that no shell takes apart.</summary>
    public static string InShell(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+:".Contains(letter))
            ? word
            : $"'{word.Replace("'", @"'\''")}'";

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash" };
        shell.CompletionSources.Add("bash");
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value != "bash")
                result.AddError($"there is no completion for '{token.Value}', only for bash");
        });
        var command = new Command("completion", "Print a script that completes pbkv's commands in a shell") { shell };
        command.SetAction(_ =>
        {
            terminal.WriteLine(Bash);
            return ExitCodes.Done;
        });
        return command;
    }
}

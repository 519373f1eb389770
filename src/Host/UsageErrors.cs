using System.CommandLine.Parsing;

namespace PbKv.Host;

/// <summary>Turns what the parser objects to into one line that says what is wrong and what to type instead.</summary>
internal static class UsageErrors
{
    /// <returns>The first problem, or null where the command line is fine.</returns>
    public static Failure? Of(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        var command = parsed.CommandResult.Command;
        if (OptionBehindDashes(parsed, arguments) is { } late)
            return Failure.Usage(
                $"'{late}' stands behind '--', where every word is a key or a value",
                $"put options before '--'; {WayOut(command)}"
            );
        if (SwallowedOption(parsed) is { } hungry)
            return Failure.Usage($"'{hungry.Name}' needs its {hungry.HelpName}", WayOut(command));
        if (MistypedOption(parsed, arguments) is { } option)
            return UnknownOption(option, command);
        if (StrayOption(parsed) is { } stray)
            return Failure.Usage(
                $"'{stray}' stands before the command and belongs to another one, 'pbkv demo {stray}'",
                $"put options behind '{FullName(command)}'; {WayOut(command)}"
            );
        if (parsed.Errors.Count == 0)
            return null;
        if (parsed.UnmatchedTokens is [var word, ..])
            return Unmatched(word, command);
        var error = parsed.Errors[0];
        if (
            error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var argument }
            && parsed.CommandResult.Command.Arguments.Contains(argument)
        )
            return Failure.Usage($"'{FullName(command)}' needs {argument.Name}", WayOut(command));
        if (error.SymbolResult is OptionResult { Option: var repeated, Tokens.Count: > 1 })
            return Failure.Usage($"'{repeated.Name}' is given more than once", WayOut(command));
        if (error.SymbolResult is OptionResult { Option: var bare, Tokens.Count: 0 })
        {
            var missing = bare.Required && !arguments.Contains(bare.Name);
            return missing
                ? Failure.Usage($"'{FullName(command)}' needs {bare.Name} {bare.HelpName}", WayOut(command))
                : Failure.Usage($"'{bare.Name}' needs its {bare.HelpName}", WayOut(command));
        }

        return Failure.Usage(error.Message.TrimEnd('.'), WayOut(command));
    }

    /// <summary>The words that lead to a command: "pbkv view reset".</summary>
    public static string FullName(Command command) =>
        command is RootCommand ? "pbkv" : $"{FullName(command.Parents.OfType<Command>().First())} {command.Name}";

    public static string WayOut(Command command) => $"see '{FullName(command)} --help'";

    /// <summary>
    /// A word like an option, before "--", that the parser took for KEY or VALUE: storing it would be a surprise.
    /// Numbers below zero are ordinary words.
    /// </summary>
    private static string? MistypedOption(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        var beforeDashes = arguments.TakeWhile(word => word != "--").ToHashSet();
        return parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(result => result.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(word => LooksLikeOption(word) && beforeDashes.Contains(word));
    }

    /// <summary>An option without its value, as of a variable that is empty, takes the next option for it.</summary>
    private static Option? SwallowedOption(ParseResult parsed) =>
        parsed
            .CommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(result => result.Tokens.Any(word => HasOption(parsed, word.Value)))
            ?.Option;

    private static bool HasOption(ParseResult parsed, string word) =>
        parsed.CommandResult.Command.Options.Any(option => option.Name == word);

    /// <summary>A word too many that would have been an option further left.</summary>
    private static string? OptionBehindDashes(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        var behind = arguments.SkipWhile(word => word != "--").ToHashSet();
        return parsed.UnmatchedTokens.FirstOrDefault(word => behind.Contains(word) && HasOption(parsed, word));
    }

    /// <summary>
    /// `pbkv` alone is the demo and takes its options; in front of another command they would be forgotten.
    /// </summary>
    private static string? StrayOption(ParseResult parsed) =>
        parsed.CommandResult == parsed.RootCommandResult
            ? null
            : parsed
                .RootCommandResult.Children.OfType<OptionResult>()
                .FirstOrDefault(result => !result.Implicit && !result.Option.Recursive)
                ?.Option.Name;

    private static bool LooksLikeOption(string word) =>
        word.Length > 1 && word[0] == '-' && (word[1] == '-' || char.IsAsciiLetter(word[1]));

    private static Failure Unmatched(string word, Command command)
    {
        if (LooksLikeOption(word))
            return UnknownOption(word, command);
        if (command.Subcommands.Count == 0)
            return Failure.Usage(
                $"'{word}' is one word too many for '{FullName(command)}'",
                $"quote what belongs together, and {WayOut(command)}"
            );
        var nearest =
            word == "help"
                ? "--help"
                : Spelling.Nearest(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
        return Failure.Usage(
            $"'{FullName(command)}' has no command '{word}'",
            nearest is null ? WayOut(command) : $"did you mean '{nearest}'? {WayOut(command)}"
        );
    }

    private static Failure UnknownOption(string word, Command command)
    {
        var name = word.Split('=', 2)[0];
        var nearest =
            command.Subcommands.FirstOrDefault(c => $"--{c.Name}" == name)?.Name
            ?? Spelling.Nearest(name, command.Options.Where(o => !o.Hidden).Select(o => o.Name));
        var meant = nearest is null ? "" : $"did you mean '{nearest}'? ";
        var dashes = command.Arguments.Count > 0 ? $"a word that begins with a dash goes behind '--'; " : "";
        return Failure.Usage($"'{FullName(command)}' has no option '{name}'", meant + dashes + WayOut(command));
    }
}
